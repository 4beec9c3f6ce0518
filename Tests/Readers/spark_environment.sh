#!/bin/sh
# Makes a Python environment with Spark, once, and prints its interpreter. Spark brings its own jars; Java is the
# system's.
set -eu
root="$(cd "$(dirname "$0")/../.." && pwd)"
environment="$root/.build-python/spark"
wanted='pyspark==4.1.4'
if [ ! -f "$environment/installed" ] || [ "$(cat "$environment/installed")" != "$wanted" ]; then
    rm -rf "$environment"
    python3 -m venv "$environment" >&2
    "$environment/bin/pip" install --quiet --disable-pip-version-check setuptools wheel >&2
    "$environment/bin/pip" install --quiet --disable-pip-version-check --no-build-isolation "$wanted" >&2
    printf '%s\n' "$wanted" >"$environment/installed"
fi
echo "$environment/bin/python"
