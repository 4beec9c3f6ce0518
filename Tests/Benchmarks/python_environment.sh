#!/bin/sh
# Makes a Python environment with the peers that reading and recording are measured beside, once, and prints its
# interpreter.
set -eu
root="$(cd "$(dirname "$0")/../.." && pwd)"
environment="$root/.build-python/benchmarks"
wanted="mcap==1.6.0 numpy==2.4.6 pylsl==1.18.6 pyxdf==1.17.5 zstandard==0.25.0 lz4==4.4.5"
mkdir -p "$root/.build-python"
if [ ! -f "$environment/installed" ] || [ "$(cat "$environment/installed")" != "$wanted" ]; then
    rm -rf "$environment"
    python3 -m venv "$environment" >&2
    # The versions hold no blanks.
    # shellcheck disable=SC2086
    "$environment/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: $wanted >&2
    printf '%s\n' "$wanted" >"$environment/installed"
fi
echo "$environment/bin/python"
