#!/bin/sh
# Tests of the pages in Debian's Chromium: the participant's and the researcher's, alone against fake
# servers, then with the programs of a folder.
#
#     run.sh PROGRAMS [TEST ...]      a TEST is test_page, test_live.Procedure.test_phone, …
#
# Without a TEST all files are run: those that look at times one after another, the rest two at a time.
# Screenshots are left in .build-browser.
set -eu
folder="$(cd "$(dirname "$0")" && pwd)"
ATTUNE_PROGRAMS="$1"
export ATTUNE_PROGRAMS
shift
python="$("$folder/python_environment.sh")"
cd "$folder"

# Runs tests one after another. What hangs is not waited for: all together take some minutes.
run() {
    for test in "$@"; do
        echo "== $test"
        timeout --kill-after=10 600 "$python" -m unittest --verbose "$test" || return 1
    done
}

if [ $# -gt 0 ]; then
    run "$@"
    exit
fi

timed="test_dashboard test_playback test_think_aloud"
first="test_page test_live test_replay"
second=""
for file in test_*.py; do
    test="${file%.py}"
    case " $timed $first " in *" $test "*) ;; *) second="$second $test" ;; esac
done
output="$(mktemp)"
trap 'rm -f "$output"' EXIT
# shellcheck disable=SC2086
run $second >"$output" 2>&1 &
other=$!
# shellcheck disable=SC2086
if run $first; then status=0; else status=1; fi
wait "$other" || status=1
cat "$output"
[ "$status" -eq 0 ] || exit 1
# shellcheck disable=SC2086
run $timed
