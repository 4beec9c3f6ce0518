#!/bin/sh
# Tests of the participant's and the researcher's pages in Debian's Chromium: pages alone against a fake
# server, and with the programs of a folder. Without a TEST, all of them.
#
#     run.sh PROGRAMS [TEST ...]      a TEST is test_page, test_live.Procedure.test_phone, …
#
# Screenshots are left in .build-browser.
set -eu
folder="$(cd "$(dirname "$0")" && pwd)"
ATTUNE_PROGRAMS="$1"
export ATTUNE_PROGRAMS
shift
python="$("$folder/python_environment.sh")"
cd "$folder"
[ $# -gt 0 ] || set -- $(ls test_*.py | sed 's/\.py$//')
for test in "$@"; do
    echo "== $test"
    # What hangs is not waited for: all together take some minutes.
    timeout --kill-after=10 600 "$python" -m unittest --verbose "$test" || exit 1
done
