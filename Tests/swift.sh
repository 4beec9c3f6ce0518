#!/bin/bash
# Runs the Swift tests that were built into a folder of programs. Those of the real programs mostly wait, one after
# another, so the others run beside them, and in what is left of the processor a command that waits for nothing.
# (Two of `swift test` at once are in each other's way.) What failed is said once more at the end, below some
# thousand lines.
#
#   Tests/swift.sh PROGRAMS [COMMAND ...]
set -uo pipefail
cd "$(dirname "$0")/.."
programs=$1
shift
run() { "$programs/attunePackageTests.xctest" --testing-library swift-testing --no-parallel "$@"; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'kill $(jobs -p) 2>/dev/null; exit 130' INT TERM
# A process's exit status and what it printed: the lines that tell of a failure, or its last ones where none does.
failure() {
    echo "FAILED: $1 (exit status $2)"
    grep -a -A 3 '✘' "$3" | head -n 60
    grep -a -q '✘' "$3" || tail -n 20 "$3"
}

run --filter '^IntegrationTests\.' >"$folder/integration" 2>&1 &
integration=$!
nice -n 19 "${@:-true}" >"$folder/beside" 2>&1 &
beside=$!
run --skip '^IntegrationTests\.' 2>&1 | tee "$folder/units"
units_status=${PIPESTATUS[0]}
wait "$integration"
integration_status=$?
echo "== the tests of the real programs"
cat "$folder/integration"
wait "$beside"
beside_status=$?
echo "== ${*:-nothing} (beside them)"
cat "$folder/beside"

[ "$units_status" = 0 ] || failure "tests of the code" "$units_status" "$folder/units"
[ "$integration_status" = 0 ] || failure "tests of the real programs" "$integration_status" "$folder/integration"
[ "$beside_status" = 0 ] || failure "${*:-nothing}" "$beside_status" "$folder/beside"
[ "$units_status$integration_status$beside_status" = 000 ]
