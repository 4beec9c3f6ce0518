#!/bin/sh
# measure.sh PROGRAMS DATA SESSION [--browser | --without-browser]: see measure.py.
set -eu
folder="$(cd "$(dirname "$0")" && pwd)"
python=python3
if [ "${4:-}" = --browser ]; then
    python="$("$folder/../../Browser/python_environment.sh")"
fi
exec "$python" "$folder/measure.py" "$@"
