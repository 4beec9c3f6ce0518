#!/usr/bin/env bash
# attune persona check: shipped personas keep their bounds, one that does not is told in words.
set -euo pipefail
cd "$(dirname "$0")/../.."
attune=${PROGRAMS:-$(swift build --show-bin-path)}/attune
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $1" >&2
    exit 1
}

# The exit status of a command whose output goes to $work/out and $work/err.
status() {
    local code=0
    "$@" >"$work/out" 2>"$work/err" || code=$?
    echo "$code"
}

for file in Protocols/personas/*.yaml; do
    name=$(basename "$file" .yaml)
    [ "$(status "$attune" persona check "$name" --turns 12)" = 0 ] || {
        # A script for the supporter's side is no client.
        grep -q '^role: supporter' "$file" && grep -q 'speaks for the supporter' "$work/err" && continue
        cat "$work/out" "$work/err"
        fail "$name keeps its bounds"
    }
    grep -q 'All bounds are kept' "$work/out" || fail "$name: in words"
done
echo "passed: shipped personas keep their bounds"

[ "$(status "$attune" persona check Protocols/personas/maya.yaml --json --seed 9 --supporters listener,hostile)" = 0 ] \
    || fail "a file, as JSON"
python3 - "$work/out" <<'P' || fail "the JSON says it all"
import json, sys
report = json.load(open(sys.argv[1]))
assert report["client"] == "scripted/maya/1" and report["seed"] == 9 and report["findings"] == []
assert [c["supporter"] for c in report["conversations"]] == ["listener", "hostile"]
for conversation in report["conversations"]:
    assert len(conversation["lines"]) == conversation["turns"] == 20
    assert sum(conversation["stances"].values()) == 20
assert report["conversations"][0]["trust"]["end"] > 0.6 > 0.2 > report["conversations"][1]["trust"]["end"]
P
cp "$work/out" "$work/first"
status "$attune" persona check Protocols/personas/maya.yaml --json --seed 9 --supporters listener,hostile >/dev/null
cmp -s "$work/out" "$work/first" || fail "the same seed is the same report"
echo "passed: a report as JSON, the same each time"

sed -e 's/resistedAdvice: 0.8/resistedAdvice: 1/' -e 's/mostAgreeing: 0.6/mostAgreeing: 0.01/' \
    -e 's/on: \[early-advice\]/on: [early-advice]\n    stance: agrees/' Protocols/personas/maya.yaml >"$work/maya.yaml"
[ "$(status "$attune" persona check "$work/maya.yaml")" = 1 ] || fail "out of bounds ends with status 1"
grep -q '^cooperativeness: .* of the early advice was resisted' "$work/out" || fail "why, in words"
echo "passed: a persona that goes along with everything is found out"

sed 's/trust: 0.58/trust: 5/' Protocols/personas/maya.yaml >"$work/maya.yaml"
[ "$(status "$attune" persona check "$work/maya.yaml")" = 2 ] || fail "a file with a mistake ends with status 2"
line=$(grep -n 'trust: 5$' "$work/maya.yaml" | head -1 | cut -d: -f1)
grep -q "maya.yaml:$line:" "$work/err" || fail "the mistake's place"
[ "$(status "$attune" persona check nobody)" = 2 ] || fail "an unknown name ends with status 2"
[ "$(status "$attune" persona check maya --supporters nobody)" = 64 ] || fail "an unknown supporter"
grep -q 'listener, adviser' "$work/err" || fail "which supporters there are"
echo "passed: mistakes are told"
