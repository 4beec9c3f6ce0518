#!/bin/sh
# peers.sh FOLDER OUT: see peers.py.
set -eu
folder="$(cd "$(dirname "$0")" && pwd)"
exec "$("$folder/../../Readers/python_environment.sh")" "$folder/peers.py" "$@"
