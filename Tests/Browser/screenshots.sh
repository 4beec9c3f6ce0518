#!/bin/sh
# Makes the README's pictures of the console with the programs of a folder.
#
#     screenshots.sh PROGRAMS [PAGE ...]
set -eu
folder="$(cd "$(dirname "$0")" && pwd)"
ATTUNE_PROGRAMS="$1"
export ATTUNE_PROGRAMS
shift
python="$("$folder/python_environment.sh")"
cd "$folder"
exec "$python" screenshots.py "$@"
