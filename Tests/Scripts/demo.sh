#!/usr/bin/env bash
# The demo, with the programs that were built for the tests: it passes on a whole recording, notices
# whatever is missing from one, ends in order on Ctrl-C, and leaves nothing running.
set -euo pipefail
cd "$(dirname "$0")/../.."
attune=${PROGRAMS:-$(swift build --show-bin-path)}/attune
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0

fail() {
    echo "FAILED: $1" >&2
    exit 1
}

pass() {
    echo "passed: $1"
    passed=$((passed + 1))
}

# Processes whose command line names this test's folder: the daemon and the devices do.
leftover() { pgrep -f -- "$work" | grep -vx -e $$ -e $BASHPID || true; }

# The path for temporary files may be far too long for a socket, and the folder have a space.
long=$work/$(printf 'x%.0s' {1..120})
mkdir "$long"
TMPDIR=$long "$attune" demo --seconds 12 --data "$work/a whole" </dev/null >"$work/whole.log" 2>&1 \
    || { cat "$work/whole.log"; fail "a whole recording"; }
[ -z "$(leftover)" ] || fail "processes are left: $(leftover)"
pass "a whole recording is found whole"

run=$(echo "$work/a whole/"demo-run-*)
"$attune" demo --compare "$run" >/dev/null || fail "comparing again"
# Each takes something away, or changes it, on one side.
broken() {
    local what=$1 file=$2 change=$3
    rm -rf "$work/broken"
    cp -r "$run" "$work/broken"
    sed -i "$change" "$work/broken/$file"
    cmp -s "$run/$file" "$work/broken/$file" && fail "the test for '$what' changes nothing"
    if "$attune" demo --compare "$work/broken" >"$work/broken.log" 2>&1; then
        fail "not noticed: $what"
    fi
    pass "noticed: $what ($(tail -1 "$work/broken.log" | cut -c1-90)…)"
}
middle=3000
broken "a sample that is stored twice" export/samples_bitalino.csv "${middle}p"
broken "a sample that is not stored" export/samples_bitalino.csv "${middle}d"
broken "the last second is not stored" export/samples_bitalino.csv "${middle},\$d"
broken "the first second is not stored" export/samples_bitalino.csv "2,1001d"
broken "two samples in the wrong order" export/samples_bitalino.csv "${middle}{h;d};$((middle + 1)){G}"
broken "a value that is changed" export/samples_bitalino.csv "${middle}s/,[0-9]*\$/,1024/"
broken "a frame that was sent and is not stored" devices/bitalino.log "${middle}{p;s/ sent \(.*\) .*/ sent \1 77/}"
broken "a sample that was never sent" devices/bitalino.log "${middle}d"
broken "a reading of the slow sensor that is not stored" devices/grove.log '60p'
broken "a key that is not stored" export/keystrokes.csv '3d'
broken "a turn that is not stored" export/turns.csv '2d'
broken "a word that is changed" export/turns.csv '2s/ / _/'

# Ctrl-C long before its time.
"$attune" demo --seconds 600 --data "$work/early" </dev/null >"$work/early.log" 2>&1 &
demo=$!
for _ in {1..300}; do
    grep -q '^Recording' "$work/early.log" && break
    sleep 0.1
done
# The console is served beside it, and its link has a button.
for _ in {1..300}; do
    grep -q "^The researcher's console" "$work/early.log" && break
    sleep 0.1
done
python3 - "$(sed -n "s/^The researcher's console, for one browser: *//p" "$work/early.log")" <<'P' \
    || fail "the console"
import sys, urllib.request
page = urllib.request.urlopen(sys.argv[1], timeout=10).read().decode()
assert "<button" in page and "lab" in page, page
P
pass "the console is served, and its address lets one browser in"
# The example is recorded beside the live session; its own address lets another browser in.
for _ in {1..900}; do
    grep -q '^The same, for a browser' "$work/early.log" && break
    kill -0 $demo 2>/dev/null || break
    sleep 0.1
done
python3 Tests/Scripts/demo_example.py \
    "$(sed -n 's/^The same, for a browser that is not yet in: *//p' "$work/early.log")" \
    || { cat "$work/early.log"; fail "the example"; }
pass "the example has a heart rate, and a commentary that is heard"
kill -INT $demo
wait $demo || { cat "$work/early.log"; fail "Ctrl-C"; }
[ -z "$(leftover)" ] || fail "processes are left after Ctrl-C: $(leftover)"
pass "Ctrl-C stops, finishes and checks the session"
# A person at a terminal: a message, then Ctrl-C, which must not reach the make above.
mkdir "$work/person"
python3 Tests/Scripts/demo_terminal.py "$work" "$attune" demo --terminal --data "$work/person" \
    || { cat "$work/terminal.log"; fail "a person at the terminal"; }
[ -z "$(leftover)" ] || fail "processes are left after a person's Ctrl-C: $(leftover)"
"$attune" export --quiet --out "$work/person/tables" "$work"/person/demo/P01/*.attune
# The example was being recorded: it is stopped in order.
"$attune" summary "$work"/person/demo/P00/*.attune >"$work/example.log" || fail "the example's file"
grep -q 'aborted (The demo ended' "$work/example.log" || { cat "$work/example.log"; fail "the example that was cut short"; }
grep -q 'participant.*hello there' "$work/person/tables/turns.csv" || fail "the person's turn"
pass "a person chats at the terminal, and Ctrl-C ends the demo with success"
echo "$passed passed, 0 failed"
