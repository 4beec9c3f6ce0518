#!/bin/sh
# Makes a Python environment with the readers of other people that exports and measures are compared with,
# once, and prints its interpreter.
set -eu
root="$(cd "$(dirname "$0")/../.." && pwd)"
environment="$root/.build-python/readers"
wanted="$(cat "$root/Tests/Readers/requirements.txt")"
mkdir -p "$root/.build-python"
(
    # Tests may ask for it at the same time.
    flock 9
    if [ ! -f "$environment/installed" ] || [ "$(cat "$environment/installed")" != "$wanted" ]; then
        rm -rf "$environment"
        python3 -m venv "$environment" >&2
        "$environment/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: \
            -r "$root/Tests/Readers/requirements.txt" >&2
        printf '%s\n' "$wanted" >"$environment/installed"
    fi
) 9>"$root/.build-python/readers.lock"
echo "$environment/bin/python"
