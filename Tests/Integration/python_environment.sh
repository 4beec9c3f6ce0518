#!/bin/sh
# Makes a Python environment with the independent Varlink client, Lab Streaming Layer, a reader of sound
# and a reader of metrics, once, and prints its interpreter.
set -eu
root="$(cd "$(dirname "$0")/../.." && pwd)"
environment="$root/.build-python/varlink"
if [ ! -x "$environment/bin/python" ] || ! "$environment/bin/python" -c 'import varlink, pylsl, soundfile, prometheus_client' 2>/dev/null
then
    rm -rf "$environment"
    python3 -m venv "$environment" >&2
    "$environment/bin/pip" install --quiet --disable-pip-version-check 'varlink==31.0.0' \
        'pylsl==1.18.6' 'soundfile==0.14.0' 'prometheus_client==0.26.0' >&2
fi
echo "$environment/bin/python"
