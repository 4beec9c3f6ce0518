#!/usr/bin/env python3
"""Read a MATLAB export with SciPy and compare it with the CSV export of the same session.

    signals_mat.py CSV_DIRECTORY SESSION.mat TABLES.mat [some]

Every sample, every cell of every table, the codebook, and that each name is one that MATLAB takes. With
`some`, tables of the CSV export may be missing.
"""

import csv
import datetime
import decimal
import math
import re
import sys

import scipy.io
from signals_common import Comparison, Export, alike, real

comparison = Comparison()
same, check = comparison.same, comparison.check


def text(value):
    """A char array as a text; None for the one that is missing (0 by 0)."""
    if value.dtype.kind == "u":
        return value.tobytes().decode("utf-16-le")
    # SciPy gives NUL as no character at all.
    return None if value.shape == (0, 0) else "".join(one or "\0" for one in value.reshape(-1))


def texts(cells):
    return [text(cell) for cell in cells.reshape(-1)]


def plain(value):
    return "".join(c if ord(c) < 0x10000 else "\ufffd" for c in value)


def names(variables):
    for name in variables:
        check(f"{name} is no name for MATLAB", re.fullmatch("[a-z][a-z0-9_]{0,62}", name))


def session(export, path):
    file = scipy.io.loadmat(path, chars_as_strings=False, verify_compressed_data_integrity=True)
    found = {name: value for name, value in file.items() if not name.startswith("__")}
    names(found)
    about = found.pop("session")[0, 0]
    same("session", text(about["session"]), export.session["session"])
    same("start", int(about["start_monotonic_ns"][0, 0]), export.start)
    streams = {text(entry["name_utf16"]): entry for entry in found.pop("streams")[:, 0]}
    gaps = export.table("gaps")
    parts = 0
    for row, channels, samples in export.signals():
        stream = streams.pop(row["stream"])
        same("plain name", text(stream["name"]), plain(row["stream"]))
        same("channels", texts(stream["channels"]), [plain(channel["channel"]) for channel in channels])
        same("units", texts(stream["units"]), [channel["unit"] for channel in channels])
        check("rate", alike(float(stream["rate"][0, 0]), real(row["nominal_rate_hz"])))
        same("scale", stream["scale"].reshape(-1).tolist(), [float(channel["scale"]) for channel in channels])
        own = [gap for gap in gaps if gap["stream"] == row["stream"]]
        for field, column in [("from", "t_ns"), ("to", "end_ns")]:
            same(f"gaps {field}", stream["gaps"][0, 0][field].reshape(-1).tolist(), [int(gap[column]) / 1e9 for gap in own])
        same("lost", stream["gaps"][0, 0]["lost"].reshape(-1).tolist(), [float(gap["lost"]) for gap in own])
        place = 0
        variables = texts(stream["variables"])
        parts = max(parts, len(variables))
        for variable in variables:
            part = found.pop(variable)[0, 0]
            same("first", int(part["first_index"][0, 0]), int(samples[place]["sample_index"]))
            times = part["times"].reshape(-1).tolist()
            values = part["values"].tolist()
            raw = part["raw"][0, 0] if part["raw"].dtype.names else {}
            fields = part["raw"].dtype.names or ()
            same("raw", list(fields), [channel["raw_column"] for channel in channels if channel["raw_column"]])
            stored = {field: raw[field].reshape(-1).tolist() for field in fields}
            for field in fields:
                check(f"{field} is {raw[field].dtype}", raw[field].dtype.kind == "i" or
                      next(c["storage"] for c in channels if c["raw_column"] == field) == "real")
            for index, time in enumerate(times):
                sample = samples[place]
                place += 1
                right = time == int(sample["t_ns"]) / 1e9
                for channel, value in zip(channels, values[index]):
                    right = right and alike(value, real(sample[channel["column"]]))
                    if channel["raw_column"]:
                        number, word = stored[channel["raw_column"]][index], sample[channel["raw_column"]]
                        right = right and (alike(number, real(word)) if channel["storage"] == "real"
                                           else number == int(word))
                comparison.compared += 1 + len(channels)
                if not right:
                    check(f"{row['stream']}: {values[index]} at {time} instead of {sample}", False)
        same(f"samples of {row['stream']}", place, len(samples))
    same("streams that nothing is known of", sorted(streams), [])
    same("variables that nothing is known of", sorted(found), [])
    return parts


def matches(found, word, kind):
    if kind == "long":
        return found == (-2**63 if word == "" else int(word))
    if word == "":
        return math.isnan(found)
    if kind == "utc":
        moment = datetime.datetime.fromisoformat(word.replace("Z", "+00:00")).timestamp()
        return -1e-6 < found - moment < 0.001 + 1e-6
    # Milliseconds are exact decimals in the CSV, the nearest double here.
    return found == float(decimal.Decimal(word)) if word not in ("inf", "-inf") else found == float(word)


def tables(export, path, some):
    file = scipy.io.loadmat(path, chars_as_strings=False, verify_compressed_data_integrity=True)
    found = {name: value for name, value in file.items() if not name.startswith("__")}
    names(found)
    codebook = found.pop("codebook")[:, 0]
    listed = {text(entry["name"]): entry for entry in found.pop("tables")[:, 0]}
    described = {}
    for entry in codebook:
        described.setdefault(text(entry["table"]), {})[text(entry["column"])] = entry
    kinds = {}
    for row in export.table("codebook"):
        kinds[row["table"], row["column"]] = row["type"]
    wanted = {table for table, _ in kinds if table != "codebook" and not table.startswith("samples_")}
    check("tables", set(described) <= wanted and len(described) > 12 if some else set(described) == wanted)
    longest = 0
    for name, columns in described.items():
        with open(export.directory / f"{name}.csv", newline="", encoding="utf-8") as file:
            lines = file.read()
        rows = export.table(name)
        parts = [name] + sorted((other for other in found if re.fullmatch(name + "_part[0-9]+", other)),
                                key=lambda other: int(other.rsplit("part", 1)[1]))
        same(f"variables of {name}", [text(cell) for cell in listed[name]["variables"][:, 0]], parts)
        same(f"rows of {name}", listed[name]["rows"].item(), len(rows))
        values = [found.pop(part)[0, 0] for part in parts]
        longest = max(longest, len(parts))
        for column, entry in columns.items():
            field = text(entry["field"])
            if text(entry["type"]).startswith("cell"):
                cells = [cell for part in values for cell in texts(part[field])]
                # The exact texts, where characters beyond the first plane are among them.
                exact = [cell for part in values
                         for cell in texts(part[field + "_utf16" if field + "_utf16" in part.dtype.names else field])]
                same(f"{name}.{column}", len(exact), len(rows))
                for cell, whole, row in zip(cells, exact, rows):
                    comparison.compared += 1
                    if (whole or "") != row[column] or (cell or "") != plain(row[column]):
                        check(f"{name}.{column}: {whole!r:.80} instead of {row[column]!r:.80}", False)
                if "" in exact:
                    check(f"{name}.{column} has an empty text", '""' in lines)
            else:
                kind = ("long" if text(entry["type"]).startswith("int64")
                        else "utc" if kinds[name, column] == "utc" else "real")
                cells = [cell for part in values for cell in part[field].reshape(-1).tolist()]
                same(f"{name}.{column}", len(cells), len(rows))
                for cell, row in zip(cells, rows):
                    comparison.compared += 1
                    if not matches(cell, row[column], kind):
                        check(f"{name}.{column}: {cell} instead of {row[column]}", False)
    same("variables that nothing is known of", sorted(found), [])
    return longest


def main():
    csv.field_size_limit(1 << 30)
    export = Export(sys.argv[1])
    parts = session(export, sys.argv[2])
    longest = tables(export, sys.argv[3], len(sys.argv) > 4)
    comparison.end(f"At most {parts} parts of a stream, {longest} of a table.")


main()
