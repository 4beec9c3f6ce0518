#!/usr/bin/env bash
# attune protocol: mistakes at their place, previews, and imports that can be read again.
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

"$attune" protocol check Protocols/studies/*.yaml >"$work/out" || fail "shipped protocols"
[ "$(grep -c '^ok ' "$work/out")" = "$(ls Protocols/studies/*.yaml | wc -l)" ] || fail "one ok a file"
pass "shipped protocols are right"

sed 's/points: 7/points: 77/; s/kind: debrief/kind: debreif/' Protocols/studies/pilot.yaml >"$work/pilot.yaml"
"$attune" protocol check "$work/pilot.yaml" >"$work/out" && fail "mistakes end with status 1"
line=$(grep -n 'debreif' "$work/pilot.yaml" | cut -d: -f1)
grep -q "^$work/pilot.yaml:$line:[0-9]*: phases\[2\].kind: expected one of .* found 'debreif'" "$work/out" \
    || { cat "$work/out"; fail "a mistake has its place"; }
"$attune" protocol check "$work/pilot.yaml" --json >"$work/out" && fail "also with --json"
grep -q "\"line\":$line" "$work/out" || fail "--json has the line"
pass "a mistake has its place"

sed 's/^name: pilot/name: other/; s/persona: .*/persona: nobody/' Protocols/studies/pilot.yaml >"$work/pilot.yaml"
"$attune" protocol check "$work/pilot.yaml" >"$work/out" || fail "notes are no mistakes"
grep -q "^note: $work/pilot.yaml:2:7: name: .*other.yaml" "$work/out" || { cat "$work/out"; fail "the file's name"; }
grep -q "^note: $work/pilot.yaml:[0-9]*:12: chat.persona: there is no persona 'nobody'" "$work/out" \
    || { cat "$work/out"; fail "the persona"; }
"$attune" protocol check "$work/nothing.yaml" >"$work/out" && fail "a missing file is a mistake"
pass "what may not be meant is a note"

"$attune" protocol preview Protocols/studies/pilot.yaml --questionnaire try-out >"$work/out"
grep -q 'asked when trouble is 1' "$work/out" || fail "the preview says when an item is asked"
"$attune" protocol preview Protocols/studies/pilot.yaml --html "$work/page.html"
grep -q '<html lang="en">' "$work/page.html" || fail "the page"
"$attune" protocol preview Protocols/studies/pilot.yaml --questionnaire none >"$work/out" 2>&1 \
    && fail "an unknown questionnaire"
grep -q 'try-out' "$work/out" || fail "the known ones are named"
pass "previews"

cat >"$work/survey.qsf" <<'QSF'
{"SurveyEntry": {"SurveyName": "S"}, "SurveyElements": [
 {"Element": "BL", "Payload": [{"Type": "Default", "Description": "Block: 1", "ID": "BL_1",
  "BlockElements": [{"Type": "Question", "QuestionID": "QID1"}, {"Type": "Question", "QuestionID": "QID2"}]}]},
 {"Element": "SQ", "PrimaryAttribute": "QID1", "Payload": {"QuestionText": "Which \"one\"?",
  "QuestionType": "MC", "Selector": "SAVR", "DataExportTag": "Q1", "Choices": {"1": {"Display": "A"}}}},
 {"Element": "SQ", "PrimaryAttribute": "QID2", "Payload": {"QuestionText": "Rank", "QuestionType": "RO",
  "Selector": "DND", "DataExportTag": "Q2", "Choices": {"1": {"Display": "A"}}}}]}
QSF
{
    printf 'name: imported\nversion: 1\ntitle: I\nphases: [{name: p, title: P, kind: other}]\nconsent: []\n'
    "$attune" protocol import-qualtrics "$work/survey.qsf" 2>"$work/remarks"
} >"$work/imported.yaml"
"$attune" protocol check "$work/imported.yaml" >"$work/out" || { cat "$work/out"; fail "an import is read again"; }
grep -q 'Q2: not taken: the question, whose type is RO DND' "$work/remarks" || fail "losses are named"
"$attune" protocol import-qualtrics Protocols/studies/pilot.yaml 2>"$work/remarks" && fail "no survey"
grep -q 'three header rows' "$work/remarks" || { cat "$work/remarks"; fail "what was expected"; }
pass "imports"

echo "$passed passed"
