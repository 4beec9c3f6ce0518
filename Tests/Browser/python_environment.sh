#!/bin/sh
# Makes a Python environment with Playwright and axe, once, and prints its interpreter. The browser is
# Debian's own; nothing else is downloaded.
set -eu
root="$(cd "$(dirname "$0")/../.." && pwd)"
environment="$root/.build-python/browser"
if [ ! -x "$environment/bin/python" ] \
    || ! "$environment/bin/python" -c 'import playwright, axe_playwright_python' 2>/dev/null
then
    rm -rf "$environment"
    python3 -m venv "$environment" >&2
    "$environment/bin/pip" install --quiet --disable-pip-version-check 'playwright==1.65.2' \
        'axe-playwright-python==0.1.8' >&2
fi
echo "$environment/bin/python"
