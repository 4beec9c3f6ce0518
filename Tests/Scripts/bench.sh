#!/usr/bin/env bash
# What compares the benchmarks' ratios with their thresholds says so when one is worse, or was not measured.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $1" >&2
    cat "$work/out" >&2
    exit 1
}

compare() { python3 Tests/Benchmarks/results.py --from "$work/lines" --table "$work/table.md" --check >"$work/out" 2>&1; }

# Made-up lines: each threshold just held, made worse by the first argument, and one left out by the second.
made_up() {
    python3 - "$1" "$2" >"$work/lines" <<'PYTHON'
import json, sys
worse, left_out = int(sys.argv[1]), int(sys.argv[2])
for number, entry in enumerate(json.load(open("Tests/Benchmarks/thresholds.json"))):
    if number == left_out:
        continue
    ratio = entry.get("at_least", entry.get("at_most"))
    if number == worse:
        ratio *= 0.9 if "at_least" in entry else 1.1
    print(json.dumps({"bench": entry["bench"], "case": entry["case"].replace("*", "whatever"),
                      "peer": entry.get("peer", "any").replace("*", "whatever"), "peer_figure": 1.0,
                      "figure": ratio, "ratio": ratio, "unit": "x", "goal": None, "met": None}))
PYTHON
}

count=$(python3 -c 'import json; print(len(json.load(open("Tests/Benchmarks/thresholds.json"))))')
[ "$count" -gt 8 ] || fail "there are thresholds"
made_up -1 -1
compare || fail "ratios that hold"
grep -q "^$count ratios hold, 0 do not" "$work/out" || fail "all are looked at"
grep -q '^## ring' "$work/table.md" || fail "the table"
for number in $(seq 0 $((count - 1))); do
    made_up "$number" -1
    compare && fail "threshold $number is worse and passes"
    grep -q '^WORSE: ' "$work/out" || fail "what is worse is said"
done
made_up -1 0
compare && fail "a ratio that was not measured passes"
grep -q 'not measured' "$work/out" || fail "what was not measured is said"
: >"$work/lines"
compare && fail "no figures at all pass"
python3 Tests/Benchmarks/results.py false --only ring --table "$work/table.md" --check >"$work/out" 2>&1 \
    && fail "a benchmark that fails passes"
grep -q 'ring could not be run' "$work/out" || fail "what could not be run is said"
echo "the benchmarks' check: ok"
