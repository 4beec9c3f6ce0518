#!/bin/sh
# Loads the recordings that `attune-bench align` made up with pyxdf, and prints how far it is from the
# truth, one JSON object a line.
#   run.sh ENVIRONMENT RECORDINGS
# Makes the Python environment ENVIRONMENT, with pyxdf from PyPI, once.
set -eu
here=$(dirname "$(readlink -f "$0")")
environment=${1:?usage: run.sh ENVIRONMENT RECORDINGS}
recordings=${2:?usage: run.sh ENVIRONMENT RECORDINGS}
version=1.17.5
if ! "$environment/bin/python" -c \
    "import pyxdf; from importlib.metadata import version as v; assert v('pyxdf') == '$version'" \
    2>/dev/null
then
    rm -rf "$environment"
    python3 -m venv "$environment" >&2
    "$environment/bin/pip" install --quiet --disable-pip-version-check "pyxdf==$version" >&2
fi
exec "$environment/bin/python" "$here/align_peer.py" "$recordings"
