#!/bin/sh
# Makes a Python environment with a server of S3's and a second implementation of its signature, once, and
# prints its interpreter.
set -eu
root="$(cd "$(dirname "$0")/../../.." && pwd)"
environment="$root/.build-python/stations"
if [ ! -x "$environment/bin/python" ] || ! "$environment/bin/python" -c 'import boto3, moto.server' 2>/dev/null
then
    rm -rf "$environment"
    python3 -m venv "$environment" >&2
    "$environment/bin/pip" install --quiet --disable-pip-version-check 'moto[s3,server]==5.2.5' \
        'boto3==1.44.5' >&2
fi
echo "$environment/bin/python"
