#!/usr/bin/env bash
# What may be tried against the console over the network is refused, and its commands keep accounts.
set -euo pipefail
cd "$(dirname "$0")/../.."
programs=${PROGRAMS:-$(swift build --show-bin-path)}
console=$programs/attune-console
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $1" >&2
    exit 1
}

user() { "$console" user "$@" --state "$work/state"; }

echo "tram number seven" | user add vera --roles researcher,operator >"$work/out" || fail "an account"
grep -q '^vera: researcher,operator$' "$work/out" || fail "what was made is said"
for wrong in "add vera --roles expert" "add Vera --roles expert" "add lab --roles expert" "add signals --roles expert" "add a/b --roles expert" "add nora --roles king" \
    "add nora --roles participant" "add nora" "remove nora" "roles nora expert" "password nora"; do
    # shellcheck disable=SC2086
    echo "tram number seven" | user $wrong >"$work/out" 2>&1 && fail "not refused: user $wrong"
    [ -s "$work/out" ] || fail "no words for: user $wrong"
done
"$console" link --roles participant --state "$work/state" >"$work/out" 2>&1 && fail "a link for a participant of nothing"
grep -q 'think-aloud' "$work/out" || fail "where a participant's link is made"
echo "short" | user add nora --roles expert >/dev/null 2>&1 && fail "a short password is taken"
user add nora --roles expert </dev/null >/dev/null 2>&1 && fail "no password is taken"
user roles vera expert >/dev/null || fail "other roles"
user list | grep -q '^vera  expert$' || fail "the list"
before=$(cat "$work/state/accounts.json")
echo "another long password" | user password vera || fail "another password"
[ "$before" != "$(cat "$work/state/accounts.json")" ] || fail "the password is another one"
grep -q 'argon2id' "$work/state/accounts.json" || fail "passwords are hashed"
grep -q 'password"*: *"another' "$work/state/accounts.json" && fail "the password stands in the file"
[ "$(stat -c %a "$work/state" "$work/state/accounts.json" | tr '\n' ' ')" = "700 600 " ] || fail "modes"
# A terminal: the password is not shown.
python3 - "$console" "$work/state" <<'P' || fail "a password at the terminal"
import os, pty, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "user", "add", "mona", "--roles", "expert", "--state", sys.argv[2]])
seen = b""
for word in (b"Password for mona: ", b"Once more: "):
    while word not in seen:
        seen += os.read(terminal, 1000)
    time.sleep(0.2)
    os.write(terminal, b"over the hills\n")
try:
    while piece := os.read(terminal, 1000):
        seen += piece
except OSError:
    pass
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, seen
assert b"over the hills" not in seen, seen
P
user list | grep -q '^mona  expert$' || fail "the account of the terminal"
user remove vera && user remove mona || fail "removing"
user list | grep -q 'no accounts' || fail "an empty list"
echo "passed: accounts"

printf 'listen: 127.0.0.1:0\nidleMinutes: 0\n' >"$work/console.yaml"
code=0
"$console" --settings "$work/console.yaml" --state "$work/state" >"$work/out" 2>&1 || code=$?
[ "$code" = 78 ] && grep -q 'console.yaml:2:' "$work/out" || fail "a mistake in the settings: $code $(cat "$work/out")"
echo "passed: settings"

python3 Tests/Integration/console_attacks.py "$programs"
