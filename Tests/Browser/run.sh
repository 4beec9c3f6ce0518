#!/bin/sh
# Tests of the participant's page in Debian's Chromium: the page alone against a fake server, then the
# whole procedure with the programs of a folder.
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
[ $# -gt 0 ] || set -- test_page test_phases test_live test_console_access test_dashboard
for test in "$@"; do
    echo "== $test"
    # What hangs is not waited for: all three together take some minutes.
    timeout --kill-after=10 600 "$python" -m unittest --verbose "$test" || exit 1
done
