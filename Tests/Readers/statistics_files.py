#!/usr/bin/env python3
"""Read files of SPSS, Stata and SAS with other people's readers, and compare them with the CSV export.

    statistics_files.py DIRECTORY

DIRECTORY is an export in the formats csv, spss, stata and sas, each in its folder. Every value of every
table is compared with its field in the CSV: .sav and .zsav by PSPP and by pyreadstat, .dta by pandas and by
pyreadstat, .xpt of version 5 by pandas, both versions by a reader of the published record layout that is
written here. Labels of columns and values, names and formats are compared with the codebook. Needs the
interpreter that python_environment.sh prints. Prints what differs and ends with 1 if anything does.
"""

import csv
import datetime
import json
import math
import os
import pathlib
import re
import struct
import subprocess
import sys
import unicodedata

import pandas
import pyreadstat

csv.field_size_limit(1 << 30)
UNIX = datetime.datetime(1970, 1, 1)
SPSS = {"epoch": datetime.datetime(1582, 10, 14), "unit": 1000, "text": 9000}
STATA = {"epoch": datetime.datetime(1960, 1, 1), "unit": 1, "text": None}
SAS5 = {"epoch": datetime.datetime(1960, 1, 1), "unit": 1000, "text": 200}
SAS8 = {"epoch": datetime.datetime(1960, 1, 1), "unit": 1000, "text": 32767}
complaints = []
compared = 0


def complain(text):
    complaints.append(text)


def codebook(folder):
    """By table, the rows of the codebook."""
    tables = {}
    with open(folder / "codebook.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            tables.setdefault(row["table"], []).append(row)
    return tables


def labels(column):
    """What numbers mean, from the codebook's `1=yes; 2=no`; words hold no `; ` in these tests."""
    if not column["labels"]:
        return {}
    return {float(part.split("=", 1)[0]): part.split("=", 1)[1]
            for part in column["labels"].split("; ")}


def number(field, column, rules):
    """What a field is as a number of the format; NaN where it is missing."""
    if field == "":
        return math.nan
    if column["type"] == "utc":
        moment = datetime.datetime.strptime(field, "%Y-%m-%dT%H:%M:%S.%fZ") - rules["epoch"]
        return (moment // datetime.timedelta(milliseconds=1)) / rules["unit"]
    if column["type"] == "category":
        return {word: code for code, word in labels(column).items()}[field]
    value = float(field)
    if math.isinf(value):
        return math.nan
    if rules is SPSS and abs(value) >= math.nextafter(sys.float_info.max, 0) and (
            value < 0 or value == sys.float_info.max):
        return math.nan
    if rules is STATA and value > struct.unpack(">d", bytes.fromhex("7fdfffffffffffff"))[0]:
        return math.nan
    if rules in (SAS5, SAS8):
        if abs(value) >= 2.0 ** 249:
            return math.nan
        if abs(value) < 2.0 ** -260:
            return 0.0
    return value


def goes_on(before, after):
    """Whether a character continues the one before it, as far as these tests need to know."""
    return (unicodedata.combining(after) or after in "\u200d\ufe0f\u20e3" or before == "\u200d"
            or 0x1F3FB <= ord(after) <= 0x1F3FF)


def check_text(where, found, field, rules, reader):
    """Whether a text is the field's, or its beginning where it is too long."""
    field = field.replace("\0", " ")
    if reader == "PSPP":
        # It writes CSV with line breaks of one kind.
        found, field = found.replace("\r\n", "\n"), field.replace("\r\n", "\n")
    if rules["text"] and len(field.encode()) > rules["text"]:
        found = found.rstrip(" ")
        size = len(found.encode())
        if not field.startswith(found) or size > rules["text"] or size < rules["text"] - 60:
            complain(f"{where}: {found[-40:]!r} ({size} bytes) is no cut of {field[:40]!r}")
        elif goes_on(field[len(found) - 1], field[len(found)]):
            complain(f"{where}: cut within a character: {found[-8:]!r}")
        return
    # SPSS and SAS fill up with blanks; pandas takes all white space for that.
    blank = "" if rules is STATA else None if reader == "pandas" else " "
    wanted = field.rstrip(blank)
    if found.rstrip(blank) != wanted:
        complain(f"{where}: {found[:60]!r} instead of {wanted[:60]!r}")


def check(name, reader, rules, header, rows, columns, table):
    """Compares columns of values, by name, with the CSV's rows."""
    global compared
    for place, column in enumerate(header):
        values = columns[place]
        if len(values) != len(rows):
            complain(f"{name} by {reader}: {len(values)} rows instead of {len(rows)}")
            return
        described = table[place]
        for row, (value, fields) in enumerate(zip(values, rows)):
            compared += 1
            where = f"{name} by {reader}, row {row} {column}"
            if described["type"] == "text":
                check_text(where, "" if value is None else value, fields[place], rules, reader)
                continue
            wanted = number(fields[place], described, rules)
            value = math.nan if value is None else float(value)
            if not (value == wanted or math.isnan(value) and math.isnan(wanted)):
                complain(f"{where}: {value!r} instead of {wanted!r} ({fields[place]})")


def label_of(row, limit, measure=lambda text: len(text.encode())):
    """What a label must begin and end with."""
    unit = f" [{row['unit']}]" if row["unit"] else ""
    whole = row["meaning"] + unit
    return whole if measure(whole) <= limit else None, unit


def check_labels(name, found, table, limit, measure=lambda text: len(text.encode())):
    for label, row in zip(found, table):
        whole, unit = label_of(row, limit, measure)
        label = label or ""
        if whole is not None:
            fits = label == whole
        else:
            begin = label[:len(label) - len(unit)]
            fits = (label.endswith(unit) and row["meaning"].startswith(begin)
                    and limit - 30 <= measure(label) <= limit)
        if not fits:
            complain(f"{name} {row['column']}: label {label!r} of {row['meaning']!r}")


def check_values(name, found, table, limit):
    """Labels of values, by place of the column."""
    for place, row in enumerate(table):
        wanted = labels(row) if row["type"] != "text" else {}
        if name.endswith(".dta"):
            wanted = {code: text for code, text in wanted.items()
                      if code == round(code) and abs(code) < 2 ** 31}
        got = found.get(place, {})
        if set(got) != set(wanted):
            complain(f"{name} {row['column']}: codes {sorted(got)} instead of {sorted(wanted)}")
        for code, text in wanted.items():
            label = got.get(code, "")
            size = len(text.encode())
            if label != text if size <= limit else not (
                    text.startswith(label) and limit - 8 <= len(label.encode()) <= limit):
                complain(f"{name} {row['column']}: {code} means {label!r} instead of {text!r}")


def from_pyreadstat(path, read, **options):
    frame, meta = read(str(path), **options)
    values = [[None if value is None or isinstance(value, float) and math.isnan(value) else value
               for value in frame.iloc[:, place]] for place in range(len(meta.column_names))]
    found = {place: meta.variable_value_labels.get(column, {})
             for place, column in enumerate(meta.column_names)}
    return meta, values, found


def read_spss(path, name, header, rows, table):
    meta, values, found = from_pyreadstat(
        path, pyreadstat.read_sav, disable_datetime_conversion=True)
    check(name, "pyreadstat", SPSS, header, rows, values, table)
    check_labels(name, meta.column_labels, table, 256)
    check_values(name, found, table, 120)
    for column, row in zip(meta.column_names, table):
        shown = meta.original_variable_types[column]
        if row["type"] == "utc" and shown != "DATETIME26.3":
            complain(f"{name} {column} is shown as {shown}")
    if len({column.upper() for column in meta.column_names}) != len(header):
        complain(f"{name}: names {meta.column_names}")
    return meta


def by_pspp(files):
    """Reads all SPSS files in one run of PSPP, which is no child of the library that wrote them. Numbers come
    as the digits of their eight bytes."""
    syntax = []
    for path, name, header, rows, table, meta in files:
        copy = path.with_name(path.name + ".pspp.csv")
        numbers = [column for column, row in zip(meta.column_names, table) if row["type"] != "text"]
        syntax.append(f"GET FILE='{path}'.")
        if numbers:
            syntax.append("FORMATS " + " ".join(numbers) + " (RBHEX16).")
        syntax.append(f"SAVE TRANSLATE /OUTFILE='{copy}' /TYPE=CSV /FIELDNAMES /REPLACE"
                      " /CELLS=VALUES /TEXTOPTIONS FORMAT=VARIABLE.")
    script = files[0][0].parent / "read.sps"
    script.write_text("\n".join(syntax) + "\n", encoding="utf-8")
    result = subprocess.run(
        ["pspp", "-O", "format=txt", str(script)], capture_output=True, text=True, check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"})
    if result.returncode or "error:" in result.stdout or "warning:" in result.stdout:
        complain(f"PSPP: {result.stdout[:400]}{result.stderr[:400]}")
    for path, name, header, rows, table, meta in files:
        copy = path.with_name(path.name + ".pspp.csv")
        with open(copy, newline="", encoding="utf-8") as file:
            lines = list(csv.reader(file))
        if lines[0] != meta.column_names:
            complain(f"{name} by PSPP: names {lines[0]}")
        columns = [[line[place] for line in lines[1:]] for place in range(len(header))]
        for place, row in enumerate(table):
            if row["type"] != "text":
                columns[place] = [from_hexadecimal(value) for value in columns[place]]
        check(name, "PSPP", SPSS, header, rows, columns, table)


def from_hexadecimal(digits):
    if not digits.strip():
        return None
    value, = struct.unpack("<d", bytes.fromhex(digits))
    return None if value == -sys.float_info.max else value


def read_stata(path, name, header, rows, table):
    meta, values, found = from_pyreadstat(
        path, pyreadstat.read_dta, disable_datetime_conversion=True)
    check(name, "pyreadstat", STATA, header, rows, values, table)
    check_values(name, found, table, 32000)
    with pandas.read_stata(
            path, convert_categoricals=False, convert_dates=False, iterator=True) as reader:
        shown = reader.variable_labels()
        frame = reader.read() if rows else None
    if rows:
        columns = [list(frame.iloc[:, place]) for place in range(len(header))]
        check(name, "pandas", STATA, header, rows, columns, table)
    check_labels(name, list(shown.values()), table, 80, len)
    for column, row in zip(meta.column_names, table):
        if row["type"] == "utc" and meta.original_variable_types[column] != "%tc":
            complain(f"{name} {column} is shown as {meta.original_variable_types[column]}")
        if not re.fullmatch("[a-z][a-z0-9_]{0,31}", column):
            complain(f"{name}: column name {column!r}")


def transport(path):
    """Names, labels, formats and values of a SAS transport file, by TS-140 and its extension of 2012."""
    data = path.read_bytes()
    if len(data) % 80:
        complain(f"{path.name}: {len(data)} bytes are no whole records")
    is_long = data[20:28] == b"LIBV8   "
    start = data.index(b"HEADER RECORD*******" + (b"NAMSTV8" if is_long else b"NAMESTR"))
    count = int(data[start + 53:start + 58])
    place = start + 80
    fields = []
    for _ in range(count):
        part = data[place:place + 140]
        kind, _, width, _, short = struct.unpack(">hhhh8s", part[:16])
        # Of a long label version 8 has the first 40 bytes here, wherever they end; the whole one follows.
        label = part[16:56].rstrip(b" \0").decode(errors="replace" if is_long else "strict")
        shown = part[56:64].rstrip(b" \0").decode()
        length, decimals = struct.unpack(">hh", part[64:68])
        offset, = struct.unpack(">i", part[84:88])
        name = part[88:120].rstrip(b" \0").decode() if is_long else short.rstrip().decode()
        fields.append({"name": name, "is_text": kind == 2, "width": width, "offset": offset,
                       "label": label, "format": f"{shown}{length}.{decimals}"})
        place += 140
    place += -place % 80
    if data[place:place + 27] == b"HEADER RECORD*******LABELV8":
        long_labels = int(data[place + 48:place + 80].split()[0])
        place += 80
        for _ in range(long_labels):
            index, name_size, label_size = struct.unpack(">HHH", data[place:place + 6])
            place += 6
            if data[place:place + name_size].decode() != fields[index - 1]["name"]:
                complain(f"{path.name}: a long label of another column")
            place += name_size
            fields[index - 1]["label"] = data[place:place + label_size].decode()
            place += label_size
        place += -place % 80
    if not data[place:].startswith(b"HEADER RECORD*******OBS"):
        complain(f"{path.name}: no rows begin at {place}")
    place += 80
    width = sum(field["width"] for field in fields)
    rows = []
    while place + width <= len(data) and data[place:place + width].strip(b" "):
        rows.append(data[place:place + width])
        place += width
    columns = []
    for field in fields:
        cells = [row[field["offset"]:field["offset"] + field["width"]] for row in rows]
        columns.append([cell.decode() if field["is_text"] else mainframe(cell) for cell in cells])
    return fields, columns


def mainframe(cell):
    """A number of IBM's mainframes."""
    if cell[1:] == b"\0" * 7 and cell[0] in b"._" + bytes(range(65, 91)):
        return None
    fraction = int.from_bytes(cell[1:], "big")
    sign = -1.0 if cell[0] & 0x80 else 1.0
    return sign * math.ldexp(fraction, 4 * ((cell[0] & 0x7F) - 64) - 56)


def read_sas(path, name, header, rows, table, rules):
    fields, columns = transport(path)
    check(name, "the record layout", rules, header, rows, columns, table)
    check_labels(name, [field["label"] for field in fields], table, 40 if rules is SAS5 else 256)
    for field, row in zip(fields, table):
        if row["type"] == "utc" and field["format"] != "DATETIME22.3":
            complain(f"{name} {field['name']} is shown as {field['format']}")
        if rules is SAS5 and field["name"].lower() != row["short"] and \
                not name.startswith("v5/made_up"):
            complain(f"{name}: {field['name']} is not the codebook's {row['short']}")
    if len({field["name"].upper() for field in fields}) != len(header):
        complain(f"{name}: names alike: {[field['name'] for field in fields]}")
    if rules is SAS5 and rows:
        frame = pandas.read_sas(path, format="xport", encoding="utf-8")
        # pandas takes the mainframe's zero for the smallest number there is.
        zero = 2.0 ** -260
        check(name, "pandas", rules, header, rows, [
            [0.0 if value == zero else value for value in frame.iloc[:, place]]
            for place in range(len(header))], table)
    if rules is SAS8:
        _, values, _ = from_pyreadstat(
            path, pyreadstat.read_xport, disable_datetime_conversion=True)
        check(name, "pyreadstat", rules, header, rows, values, table)


def main():
    root = pathlib.Path(sys.argv[1])
    tables = codebook(root / "csv")
    read = 0
    files = []
    for path in sorted((root / "csv").rglob("*.csv")):
        if path.stem not in tables or path.stem == "codebook" or path.parent.name == "one_line":
            continue
        with open(path, newline="", encoding="utf-8") as file:
            lines = list(csv.reader(file, strict=True))
        header, rows = lines[0], lines[1:]
        described = {row["column"]: row for row in tables[path.stem]}
        table = [described[column] for column in header]
        relative = path.relative_to(root / "csv").with_suffix("")
        spss = root / "spss" / relative
        packed = spss.with_name(spss.name + ".zsav")
        spss = packed if packed.exists() else spss.with_name(spss.name + ".sav")
        meta = read_spss(spss, f"{relative}.sav", header, rows, table)
        files.append((spss, f"{relative}.sav", header, rows, table, meta))
        read_stata(root / "stata" / f"{relative}.dta", f"{relative}.dta", header, rows, table)
        for version, rules in ((5, SAS5), (8, SAS8)):
            name = f"v{version}/{relative}.xpt"
            read_sas(root / "sas" / name, name, header, rows, table, rules)
        read += 1
    by_pspp(files)
    manifest = root / "manifest.json"
    notes = json.loads(manifest.read_text(encoding="utf-8"))["notes"] if manifest.exists() else []
    for complaint in complaints[:30]:
        print(complaint)
    print(f"{read} tables, {compared} values compared, {len(complaints)} differ, {len(notes)} notes")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
