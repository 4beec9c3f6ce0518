#!/usr/bin/env python3
"""Compare an export as partitioned Parquet with the same export as plain Parquet, through duckdb.

    dataset_partitioned.py PARQUET-DIRECTORY PARTITIONED-DIRECTORY STUDY

Plain Parquet is compared with the CSV elsewhere. Each table must have the same rows, with the participants and sessions that the
folders' names give, however they are written there. Ends with 1 if anything differs.
"""

import pathlib
import sys

import duckdb


def columns(source):
    return {row[0]: row[1] for row in duckdb.sql(f"DESCRIBE SELECT * FROM {source}").fetchall()}


def main():
    plain, divided, study = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    complaints, compared, folders = [], 0, 0
    hive = "hive_partitioning = true, hive_types_autocast = false"
    pairs = {path.stem: (f"'{path}'", f"'{divided}/{path.stem}/**/*.parquet'") for path in plain.glob("*.parquet")
             if path.stem != "codebook"}
    for path in (plain / "samples").iterdir():
        pairs[path.name] = (f"'{path}/*.parquet'", f"'{divided}/samples/{path.name}/**/*.parquet'")
    if {path.name for path in divided.iterdir() if path.is_dir()} != {name for name in pairs if "=" not in name} | {"samples"}:
        complaints.append(f"other tables: {sorted(path.name for path in divided.iterdir())}")
    for name, (one, other) in sorted(pairs.items()):
        one = f"read_parquet({one}, hive_partitioning = false)"
        other = f"read_parquet({other}, {hive})"
        have, found = columns(one), columns(other)
        found.pop("stream" if "=" in name else "", None)
        if "session" in have and found.pop("study", None) != "VARCHAR":
            complaints.append(f"{name}: no study")
        have.pop("study", None)
        found.pop("study", None)
        if have != found:
            complaints.append(f"{name}: {set(have.items()) ^ set(found.items())}")
            continue
        listed = ", ".join(f'"{column}"' for column in have)
        rows = duckdb.sql(f"SELECT count(*) FROM {one}").fetchall()[0][0]
        compared += rows
        for first, second in [(one, other), (other, one)]:
            more = duckdb.sql(f"SELECT {listed} FROM {first} EXCEPT ALL SELECT {listed} FROM {second}").fetchall()
            if more:
                complaints.append(f"{name}: {len(more)} rows of {rows} differ, such as {more[0]!r:.200}")
        if "session" in have and rows:
            folders += 1
            if duckdb.sql(f"SELECT DISTINCT study FROM {other}").fetchall() != [(study,)]:
                complaints.append(f"{name}: another study")
    if not compared or not folders:
        complaints.append("nothing was compared")
    for complaint in complaints[:30]:
        print(complaint)
    print(f"duckdb {duckdb.__version__}: {len(pairs)} tables, {compared} rows compared, {len(complaints)} complaints")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
