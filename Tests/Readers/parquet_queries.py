#!/usr/bin/env python3
"""Run the queries of Protocols/queries over a study's partitioned Parquet in an engine, and compare.

    parquet_queries.py duckdb|spark PARQUET-DIRECTORY MEASURES-FILE CSV-DIRECTORY [--times]

MEASURES-FILE is what `attune measures STUDY --per phase --csv` printed, CSV-DIRECTORY the same export as CSV, with the same
sessions. Every number of every row is compared: counts exactly, all else within 1e-9 of the larger of 1 and itself. Ends
with 1 if anything differs. Spark runs as a cluster of its own with two workers on the loopback.
"""

import collections
import csv
import math
import os
import pathlib
import statistics
import sys
import time

import csv_fields

QUERIES = pathlib.Path(__file__).resolve().parents[2] / "Protocols" / "queries"
TABLES = ["turns", "phases", "keystrokes", "draft_edits", "answers", "streams", "gaps"]
PHASE = ["participant", "session", "phase", "stay"]


class DuckDB:
    """One process, all files by a glob."""

    def __init__(self, folder):
        import duckdb
        self.connection = duckdb.connect()
        self.name = f"duckdb {duckdb.__version__}"
        hive = "hive_partitioning = true, hive_types_autocast = false"
        for table in TABLES:
            self.connection.execute(
                f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{folder}/{table}/**/*.parquet', {hive})")
        self.connection.execute(
            "CREATE VIEW samples AS SELECT study, participant, session, stream, sample_index, t_ns FROM "
            f"read_parquet('{folder}/samples/**/*.parquet', {hive}, union_by_name = true)")

    def rows(self, text):
        found = self.connection.execute(text)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row)) for row in found.fetchall()]

    def end(self):
        self.connection.close()


class Spark:
    """A master, two workers and a driver, each a process."""

    def __init__(self, folder):
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        import pyspark
        os.environ["SPARK_HOME"] = str(pathlib.Path(pyspark.__file__).parent)
        from pyspark.sql import SparkSession
        self.name = f"Spark {pyspark.__version__}"
        self.session = (
            SparkSession.builder.master("local-cluster[2,1,1024]").appName("attune")
            .config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "4")
            .config("spark.executor.memory", "1g").config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.sources.partitionColumnTypeInference.enabled", "false").getOrCreate())
        self.session.sparkContext.setLogLevel("ERROR")
        self.tables = [*TABLES, "samples"]
        for table in self.tables:
            self.session.sql(f"CREATE TEMPORARY VIEW {table} USING parquet OPTIONS (path '{folder}/{table}')")

    def workers(self):
        """The processes that ran something."""
        def host(part):
            return [os.getppid()] * len(list(part))
        return len(set(self.session.sparkContext.parallelize(range(64), 16).mapPartitions(host).collect()))

    def rows(self, text):
        return [row.asDict() for row in self.session.sql(text).collect()]

    def end(self):
        self.session.stop()


# What is expected

def number(text):
    return None if text in (None, "") else float(text)


def table(folder, name):
    header, rows = csv_fields.rows(folder / f"{name}.csv")
    return [dict(zip(header, row)) for row in rows]


def measured(path):
    """The rows of `attune measures`, by session and phase; the n-th row of a phase is its n-th stay."""
    stays, found = collections.Counter(), {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = (row["participant"], row["session"], row["phase"])
            stays[key] += 1
            found[(*key, stays[key])] = row
    return found


def by_phase(measures, names):
    return {key: {name: number(row[name]) for name in names} for key, row in measures.items()}


def lengths(tables):
    found = collections.defaultdict(list)
    for turn in tables["turns"]:
        if turn["author"] == "participant":
            found[(turn["participant"],)].append(int(turn["characters"]))
    return {key: {"messages": len(of), "chars": sum(of), "shortest": min(of), "longest": max(of),
                  "median_length": statistics.median(of), "mean_length": statistics.fmean(of)} for key, of in found.items()}


def answers(tables):
    found = collections.defaultdict(list)
    for answer in tables["answers"]:
        if answer["number"] is not None:
            key = (answer["phase"], answer["questionnaire"], answer["variable"], float(answer["number"]))
            found[key].append(answer["participant"])
    return {key: {"given": len(of), "participants": len(set(of))} for key, of in found.items()}


def physiology(measures):
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for (_, _, phase, _), row in measures.items():
        for name in ["hr", "rmssd", "scl", "scr_n"]:
            if number(row[name]) is not None:
                found[(phase,)][name].append(number(row[name]))
    rows = {}
    for key, values in found.items():
        rows[key] = {"scr_n": sum(values["scr_n"]) if values["scr_n"] else None}
        for name in ["hr", "rmssd", "scl"]:
            of = values[name]
            rows[key] |= {f"{name}_n": len(of), name: statistics.fmean(of) if of else None,
                          f"{name}_sd": statistics.stdev(of) if len(of) > 1 else None}
    return rows


def coverage(tables, folder):
    rows = {}
    missing = collections.defaultdict(list)
    for gap in tables["gaps"]:
        missing[gap["session"], gap["stream"]].append(int(gap["lost"]))
    for stream in tables["streams"]:
        file = folder / stream["session"] / (stream["file"] or "none")
        times = [int(row[1]) for row in csv_fields.rows(file)[1]] if file.is_file() else []
        lost = missing[stream["session"], stream["stream"]]
        rows[stream["participant"], stream["session"], stream["stream"]] = {
            "samples": len(times), "recorded": number(stream["samples"]), "first_ns": min(times, default=None),
            "last_ns": max(times, default=None), "gaps": len(lost), "lost": sum(lost)}
    return rows


def expected(measures_file, folder):
    """By the query: columns that name a row, and its numbers."""
    measures = measured(measures_file)
    tables = {name: table(folder, name) for name in ["turns", "answers", "streams", "gaps"]}
    return {
        "latencies": (PHASE, by_phase(measures, ["first_key_ms", "send_ms", "reply_ms", "messages", "chars"])),
        "typing": (PHASE, by_phase(measures, ["key_presses", "press_ms"])),
        "editing": (PHASE, by_phase(measures, ["edits", "pauses", "pause_ms", "deletions", "deleted_chars", "pastes",
                                               "pasted_chars", "typed_chars"])),
        "suggestions": (PHASE, by_phase(measures, ["accepted_n", "edited_n", "combined_n", "rewritten_n", "ignored_n"])),
        "message_lengths": (["participant"], lengths(tables)),
        "answers": (["phase", "questionnaire", "variable", "number"], answers(tables)),
        "physiology": (["phase"], physiology(measures)),
        "coverage": (["participant", "session", "stream"], coverage(tables, folder)),
    }


def differs(one, other):
    if one is None or other is None:
        return one is not other
    return not math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def compare(name, keys, wanted, rows):
    complaints, compared = [], 0
    found = {tuple(row[key] for key in keys): row for row in rows}
    if len(found) != len(rows):
        complaints.append(f"{name}: rows come twice")
    for key in sorted(set(found) ^ set(wanted), key=str)[:5]:
        complaints.append(f"{name} {key}: {'not expected' if key in found else 'missing'}")
    for key in set(found) & set(wanted):
        for column, value in wanted[key].items():
            compared += 1
            have = found[key][column]
            if differs(None if have is None else float(have), value):
                complaints.append(f"{name} {key} {column}: {have!r} instead of {value!r}")
    # A comparison of nothing holds always.
    present = sum(value is not None and value != 0 for row in wanted.values() for value in row.values())
    if present < 4:
        complaints.append(f"{name}: there is hardly anything to compare")
    return complaints, compared


def main():
    engine, parquet, measures, plain = sys.argv[1:5]
    wanted = expected(measures, pathlib.Path(plain))
    unknown = {path.stem for path in QUERIES.glob("*.sql")} ^ set(wanted)
    complaints, compared, seconds = [f"{name}: no such query, or not compared" for name in unknown], 0, {}
    began = time.monotonic()
    asked = {"duckdb": DuckDB, "spark": Spark}[engine](pathlib.Path(parquet).resolve())
    seconds["start"] = time.monotonic() - began
    try:
        if engine == "spark" and asked.workers() != 2:
            complaints.append("not two workers had something to do")
        for name, (keys, rows) in wanted.items():
            began = time.monotonic()
            found = asked.rows((QUERIES / f"{name}.sql").read_text())
            seconds[name] = time.monotonic() - began
            more, count = compare(name, keys, rows, found)
            complaints += more
            compared += count
    finally:
        asked.end()
    for complaint in complaints[:30]:
        print(complaint)
    if "--times" in sys.argv:
        print(" ".join(f"{name} {of:.2f}" for name, of in seconds.items()))
    print(f"{asked.name}: {len(wanted)} queries, {compared} numbers compared, {len(complaints)} differ")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
