#!/usr/bin/env python3
"""Validate an export as BIDS with bids-validator-deno, and compare it with the same export as CSV.

    dataset_bids.py CSV-DIRECTORY BIDS-DIRECTORY
    dataset_bids.py --dates (moved|none) BIDS-DIRECTORY

The first form compares every value of the tables, every sample with its own time and its place on the grid,
gaps, and the timeline; pandas reads every table. The second looks at a dataset under pseudonyms: whether dates
are told, and that those which are lie in 1925 or before. Ends with 1 if anything differs.
"""

import decimal
import gzip
import json
import pathlib
import re
import struct
import subprocess
import sys

import pandas

import csv_fields

# What nobody but the laboratory knows.
EXPECTED_WARNINGS = {"HEDVersion", "License", "SourceDatasets", "Authors", "CogAtlasID", "CogPOID", "Instructions",
                     "InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName"}
complaints = []
compared = 0


def check(condition, *words):
    global compared
    compared += 1
    if not condition:
        complaints.append(" ".join(str(word)[:160] for word in words))


def validate(directory):
    program = pathlib.Path(sys.executable).with_name("bids-validator-deno")
    result = subprocess.run([program, directory, "--max-rows", "-1", "--format", "json"],
                            capture_output=True, text=True, check=False)
    issues = json.loads(result.stdout)["issues"]["issues"]
    check(result.returncode == 0, "the validator ends with", result.returncode)
    for issue in issues:
        if issue["severity"] == "error" or issue.get("subCode") not in EXPECTED_WARNINGS:
            check(issue["code"] == "TOO_FEW_AUTHORS", issue["severity"], issue["code"], issue.get("location"),
                  issue.get("subCode"))


def text(cell):
    """What a text's cell says."""
    return None if cell == "n/a" else "" if cell == '""' else json.loads(f'"{cell}"')


def table(path, header=None):
    """Columns and rows of a file, read twice: plainly, and by pandas, which must find as many."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        check(data[3] == 0 and data[4:8] == b"\0\0\0\0", path, "has a name or a time in its header")
        data = gzip.decompress(data)
    lines = data.decode("utf-8").split("\n")
    check(lines.pop() == "", path, "does not end with a line feed")
    rows = [line.split("\t") for line in lines]
    if header is None:
        header, rows = rows[0], rows[1:]
    check(all(len(row) == len(header) for row in rows), path, "has uneven rows")
    if rows:
        frame = pandas.read_csv(path, sep="\t", header=None, names=header, skiprows=int(path.suffix != ".gz"),
                                keep_default_na=False, na_values=["n/a"], dtype=str)
        check(len(frame) == len(rows), path, "pandas finds", len(frame), "rows")
        for name, column in zip(header, zip(*rows)):
            missing = sum(cell == "n/a" for cell in column)
            check(int(frame[name].isna().sum()) == missing, path, name, "pandas finds other missing values")
    return header, rows


def bits(value):
    return struct.pack("d", float(value))


def same(kind, cell, expected):
    if expected is None or cell == "n/a":
        return expected is None and cell == "n/a"
    if kind == "integer":
        return int(cell) == int(expected)
    if kind == "real":
        return bits(cell) == bits(expected)
    return text(cell) == expected


class Plain:
    """The export as CSV."""

    def __init__(self, directory):
        self.directory = directory
        header, rows = csv_fields.rows(directory / "codebook.csv")
        self.kinds, self.tables = {}, {}
        for row in rows:
            entry = dict(zip(header, row))
            self.kinds.setdefault(entry["table"], {})[entry["column"]] = entry["type"]
        for name in self.kinds:
            if not name.startswith("samples_") and name != "codebook":
                header, rows = csv_fields.rows(directory / f"{name}.csv")
                self.tables[name] = [dict(zip(header, row)) for row in rows]

    def of(self, name, session):
        return [row for row in self.tables[name] if row["session"] == session]

    def samples(self, stream, session):
        header, rows = csv_fields.rows(self.directory / session / f"samples_{stream}.csv")
        return [dict(zip(header, row)) for row in rows]


def plain_label(name):
    return re.sub("[^a-zA-Z0-9]", "", name)


def seconds(nanoseconds):
    return decimal.Decimal(nanoseconds) / 1_000_000_000


def compare_tables(plain, folder, stem, session):
    for name, kinds in plain.kinds.items():
        if name.startswith("samples_") or name in ("codebook", "sessions") or "session" not in kinds:
            continue
        expected = plain.of(name, session)
        path = folder / f"{stem}_acq-{plain_label(name)}_beh.tsv"
        check(path.exists() == bool(expected), path, "is there, or not, without reason")
        if not expected:
            continue
        header, rows = table(path)
        wanted = [column for column, kind in kinds.items()
                  if kind != "utc" and not column.startswith("realtime") and column not in ("participant", "session")]
        check(header == wanted, path, header)
        check(len(rows) == len(expected), path, len(rows), "rows")
        for row, fields in zip(rows, expected):
            for column, cell in zip(header, row):
                check(same(kinds[column], cell, fields[column]), path, column, cell, fields[column])


def compare_timeline(plain, folder, stem, session, events):
    header, rows = table(folder / f"{stem}_events.tsv")
    check(header == ["onset", "duration", "trial_type", "value", "row"], header)
    onsets = [decimal.Decimal(row[0]) for row in rows]
    check(onsets == sorted(onsets), stem, "events are not in order")
    for onset, duration, kind, value, row in rows:
        fields = plain.of(kind, session)[int(row) - 1]
        check(decimal.Decimal(onset) == seconds(fields["t_ns"]), stem, kind, row, onset)
        if fields.get("end_ns") is not None:
            length = int(fields["end_ns"]) - int(fields["t_ns"])
            check(decimal.Decimal(duration) == seconds(length), stem, kind, row, duration)
        elif "end_ns" not in fields:
            check(duration == "0", stem, kind, duration)
        check(text(value) in fields.values(), stem, kind, value)
    for kind in events:
        count = sum(fields["t_ns"] is not None for fields in plain.of(kind, session))
        check(sum(row[2] == kind for row in rows) == count, stem, kind, "has other rows")


def compare_samples(plain, folder, stem, session, stream, grid_rows):
    expected = plain.samples(stream, session)
    kinds = plain.kinds[f"samples_{stream}"]
    parts = sorted(folder.glob(f"{stem}_recording-{plain_label(stream)}*_physio.tsv.gz"))
    events = folder / f"{stem}_acq-{plain_label(stream)}_events.tsv"
    check(bool(parts) + events.exists() == bool(expected), stem, stream, "is there, or not, without reason")
    if events.exists():
        header, rows = table(events)
        check(len(rows) == len(expected), events, len(rows), "rows")
        for row, fields in zip(rows, expected):
            check(decimal.Decimal(row[0]) == seconds(fields["t_ns"]), events, row)
            for column, cell in zip(header[2:], row[2:]):
                check(same(kinds[column], cell, fields[column]), events, column, cell)
        return
    found, gaps = [], []
    for path in parts:
        name = path.name.removesuffix("_physio.tsv.gz")
        about = json.loads((folder / f"{name}_physio.json").read_text(encoding="utf-8"))
        header, rows = table(path, about["Columns"])
        grid_rows.append(len(rows))
        error, before = 0, None
        for number, row in enumerate(rows):
            fields = dict(zip(header, row))
            if fields["timestamp"] == "n/a":
                check(set(row) == {"n/a"}, path, number, row)
                continue
            moment = float(fields["timestamp"])
            error = max(error, abs(about["StartTime"] + number / about["SamplingFrequency"] - moment))
            found.append(fields)
        check(error <= about["LargestGridError"] + 1e-9, path, error, about["LargestGridError"])
        check(about["LargestGridError"] <= error + 2e-6, path, error, about["LargestGridError"])
        if (folder / f"{name}_physioevents.tsv.gz").exists():
            about = json.loads((folder / f"{name}_physioevents.json").read_text(encoding="utf-8"))
            gaps += [dict(zip(about["Columns"], row))
                     for row in table(folder / f"{name}_physioevents.tsv.gz", about["Columns"])[1]]
    check(len(found) == len(expected), stem, stream, len(found), "samples")
    for row, fields in zip(found, expected):
        check(decimal.Decimal(row["timestamp"]) == seconds(fields["t_ns"]), stem, stream, row)
        for column, cell in row.items():
            if column != "timestamp":
                check(same(kinds[column], cell, fields[column]), stem, column, cell, fields[column])
    names = {row["stream"] for row in plain.of("streams", session) if row["file"] == f"samples_{stream}.csv"}
    wanted = [row for row in plain.of("gaps", session) if row["stream"] in names]
    check(len(gaps) == len(wanted), stem, stream, len(gaps), "gaps")
    for gap, fields in zip(gaps, wanted):
        check(decimal.Decimal(gap["onset"]) == seconds(fields["t_ns"]), gap)
        check(decimal.Decimal(gap["duration"]) == seconds(int(fields["end_ns"]) - int(fields["t_ns"])), gap)
        check((gap["cause"], gap["lost"]) == (fields["cause"], fields["lost"]), gap)


def compare_participants(plain, directory, folders):
    """Tables of participants and not of sessions stand in phenotype, a row for each who has a session."""
    subjects = {key.rsplit("_", 1)[0]: subject for key, (subject, _) in folders.items()}
    for name, kinds in plain.kinds.items():
        if "session" in kinds or name.startswith("samples_") or name in ("codebook", "participants"):
            continue
        (path,) = [path for path in directory.glob("phenotype/table*.tsv")
                   if path.stem.lower() == "table" + plain_label(name).lower()]
        header, rows = table(path)
        columns = [column for column, kind in kinds.items() if kind != "utc" and column != "participant"]
        check(header == ["participant_id"] + columns, path, header)
        expected = [row for row in plain.tables[name] if row["participant"] in subjects]
        check(len(rows) == len(expected), path, len(rows), "rows")
        for row, fields in zip(rows, expected):
            check(row[0] == subjects[fields["participant"]], path, row[0])
            for column, cell in zip(columns, row[1:]):
                check(same(kinds[column], cell, fields[column]), path, column, cell, fields[column])


def compare_answers(plain, directory, folders):
    """Each answer stands in the questionnaire's file, in the participant's row."""
    cells = 0
    for path in directory.glob("phenotype/*.tsv"):
        if path.stem.startswith("table"):
            continue
        header, rows = table(path)
        check(len({row[0] for row in rows}) == len(rows), path, "has a participant twice")
        cells += sum(cell != "n/a" for row in rows for name, cell in zip(header, row)
                     if name != "participant_id" and not name.startswith("asked_in_"))
        by_person = {row[0]: dict(zip(header, row)) for row in rows}
        for answer in plain.tables["answers"]:
            if plain_label(answer["questionnaire"]) != path.stem:
                continue
            subject, session = folders[answer["session"]]
            row = by_person[subject]
            places = [name.removeprefix("asked_in_session") for name, cell in row.items()
                      if name.startswith("asked_in_session") and cell == session
                      and row[name.replace("session", "phase")] == answer["phase"]]
            check(len(places) == 1, path, answer)
            cell = row[answer["variable"] + places[0]]
            if answer["number"] is not None:
                check(bits(cell) == bits(answer["number"]), path, answer, cell)
            else:
                check(text(cell) == answer["text"], path, answer, cell)
    given = sum(row["number"] is not None or row["text"] is not None for row in plain.tables["answers"])
    check(cells == given, "phenotype has", cells, "answers of", given)


def sessions(directory):
    """Every session's entry in its participant's table of them, with the participant's folder."""
    for path in sorted(directory.glob("sub-*/*_sessions.tsv")):
        header, rows = table(path)
        for row in rows:
            yield path.parent.name, dict(zip(header, row))


def compare(plain_directory, directory):
    plain = Plain(plain_directory)
    folders, grid_rows = {}, []
    events = [name for name in ("phases", "turns", "events", "answers", "scales") if name in plain.tables]
    for subject, entry in sessions(directory):
        key = text(entry["session"])
        folders[key] = (subject, entry["session_id"])
        whole, = plain.of("sessions", key)
        check(entry["acq_time"] == whole["t_start_utc"], entry, whole["t_start_utc"])
        check(entry["task"] == whole["kind"], entry)
        folder = directory / subject / entry["session_id"] / "beh"
        stem = f"{subject}_{entry['session_id']}_task-{entry['task']}"
        compare_tables(plain, folder, stem, key)
        compare_timeline(plain, folder, stem, key, events)
        for path in (plain_directory / key).glob("samples_*.csv"):
            compare_samples(plain, folder, stem, key, path.stem.removeprefix("samples_"), grid_rows)
    check(set(folders) == {row["session"] for row in plain.tables["sessions"]}, folders)
    check(len(set(folders.values())) == len(folders), "two sessions share a folder", folders)
    header, rows = table(directory / "participants.tsv")
    people = {text(row[1]): row[0] for row in rows}
    for row in plain.tables["sessions"]:
        check(people[row["participant"]] == folders[row["session"]][0], people)
    compare_participants(plain, directory, folders)
    compare_answers(plain, directory, folders)


def look_at_dates(dates, directory):
    for _, entry in sessions(directory):
        check(("acq_time" in entry) == (dates == "moved"), entry)
        if dates == "moved":
            check("1677" < entry["acq_time"][:4] <= "1925", entry["acq_time"])
            check(entry["acq_time"][10:] == "T09:30:00.250Z", entry["acq_time"])
    for path in directory.rglob("*"):
        if path.suffix in (".tsv", ".json", ".md") and path.name != "manifest.json":
            found = re.search(r"\b20[0-9]{2}-[01][0-9]-[0-3][0-9]", path.read_text(encoding="utf-8"))
            check(found is None, path, found)


def main():
    directory = pathlib.Path(sys.argv[-1])
    validate(directory)
    if sys.argv[1] == "--dates":
        look_at_dates(sys.argv[2], directory)
    else:
        compare(pathlib.Path(sys.argv[1]), directory)
    for complaint in complaints[:30]:
        print(complaint)
    print(f"bids-validator-deno and pandas {pandas.__version__}: {compared} values compared, "
          f"{len(complaints)} differ")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
