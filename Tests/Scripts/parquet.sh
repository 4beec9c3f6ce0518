#!/usr/bin/env bash
# A study of many small sessions as partitioned Parquet: the queries of Protocols/queries say what attune measures
# says.
#
#   parquet.sh [duckdb | spark] [SESSIONS, 16]
#
# KEEP=1 leaves the folder with the study there and names it; TIMES=1 tells how long each step took.
set -euo pipefail
cd "$(dirname "$0")/../.."
engine=${1:-duckdb}
sessions=${2:-16}
programs=${PROGRAMS:-$(swift build --show-bin-path)}
work=$(mktemp -d)
[ -n "${KEEP:-}" ] || trap 'rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $1" >&2
    exit 1
}

# Runs a command; tells how long it took where that is wanted.
timed() {
    local began=$EPOCHREALTIME name=$1
    shift
    "$@" || return
    [ -z "${TIMES:-}" ] || echo "$name: $(python3 -c "print(f'{$EPOCHREALTIME - $began:.2f}')") s"
}

readers=$(sh Tests/Readers/python_environment.sh)
duckdb=$(dirname "$readers")/duckdb
timed "making $sessions sessions" "$programs/attune-bench" study --sessions "$sessions" --out "$work/data" --quiet
study=$work/data/many
parquet() { "$programs/attune" export "$study" --format parquet --partitioned --duckdb "$duckdb" --out "$1" --quiet; }
timed "export as Parquet" parquet "$work/parquet"
timed "export as CSV" "$programs/attune" export "$study" --format csv --out "$work/csv" --quiet
measure() { "$programs/attune" measures "$study" --per phase --csv >"$work/measures.csv"; }
timed "attune measures" measure

# The layout: each session's rows in a folder of its own, named in the manifest with its rows and hash.
"$readers" - "$work/parquet" "$sessions" <<'P' || fail "the layout"
import duckdb, hashlib, json, pathlib, re, sys
root, sessions = pathlib.Path(sys.argv[1]), int(sys.argv[2])
manifest = json.loads((root / "manifest.json").read_text())
files = {entry["path"]: entry for entry in manifest["files"]}
assert set(files) == {str(path.relative_to(root)) for path in root.rglob("*.parquet")}
assert "--partitioned" in manifest["arguments"]
place = re.compile(r"(?:\w+|samples/stream=\w+)/study=many/participant=(P?\d{4})/session=\1_[0-9a-f]{8}/data_0\.parquet")
divided = [path for path in files if place.fullmatch(path)]
whole = sorted(set(files) - set(divided))
assert len([path for path in divided if path.startswith("turns/")]) == sessions, len(divided)
assert len([path for path in divided if path.startswith("samples/stream=skin/")]) == sessions
assert "participants/participants.parquet" in whole and "codebook.parquet" in whole, whole
for path, entry in files.items():
    assert entry["sha256"] == hashlib.sha256((root / path).read_bytes()).hexdigest(), entry
have = duckdb.sql(f"SELECT file_name, num_rows FROM parquet_file_metadata('{root}/**/*.parquet')").fetchall()
assert {str(pathlib.Path(path).relative_to(root)): rows for path, rows in have} == {
    path: entry["rows"] for path, entry in files.items()}
skin = sum(entry["rows"] for path, entry in files.items() if path.startswith("samples/stream=skin/"))
assert skin == sessions * 88 * 8, skin
P
if [ "$engine" = spark ]; then python=$(sh Tests/Readers/spark_environment.sh); else python=$readers; fi
timed "queries" "$python" Tests/Readers/parquet_queries.py "$engine" "$work/parquet" "$work/measures.csv" "$work/csv" \
    ${TIMES:+--times} || fail "the queries"
if [ "$engine" = duckdb ] && [ "$sessions" -le 100 ]; then
    # Killed in the middle there is nothing at its place; the next one removes what was under way, and gives the same
    # bytes as the first.
    "$programs/attune" export "$study" --format parquet --partitioned --duckdb "$duckdb" --out "$work/again" --quiet &
    exporting=$!
    until ls "$work"/.again.exporting-*/samples/*/*/*/*/* >/dev/null 2>&1; do
        kill -0 "$exporting" 2>/dev/null || fail "an export that is not seen"
        sleep 0.01
    done
    kill -KILL "$exporting"
    wait "$exporting" 2>/dev/null || true
    [ ! -e "$work/again" ] || fail "half of an export at its place"
    # What DuckDB was writing ends by itself.
    while pgrep -f "$work/.again.exporting-" >/dev/null; do sleep 0.05; done
    timed "the same export again" parquet "$work/again"
    ! ls -d "$work"/.again.exporting-* 2>/dev/null || fail "something is left of the export that was killed"
    cmp "$work/parquet/manifest.json" "$work/again/manifest.json" || fail "other bytes"
    "$programs/attune" export "$study" --format csv --partitioned --out "$work/none" >"$work/out" 2>&1 \
        && fail "a layout of Parquet without Parquet"
    grep -q 'layout of parquet' "$work/out" || fail "in words: $(cat "$work/out")"
fi
[ -z "${KEEP:-}" ] || echo "kept: $work"
echo "passed: queries over Parquet in $engine"
