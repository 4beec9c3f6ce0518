#!/usr/bin/env python3
"""Run the scripts that come with the CSV tables, and compare what they make with the tables.

    statistics_scripts.py DIRECTORY

DIRECTORY is an export in the formats csv, r and sas, each in its folder. PSPP runs import.sps, and its data
files are read; R runs import.R, and load.R without haven. Stata and SAS are not free: their scripts are gone
through by a reader that knows their quotes, comments and statements, and every table and column must be
there, with its labels and with room for its texts. Needs the interpreter that python_environment.sh prints.
Prints what differs and ends with 1 if anything does.
"""

import csv
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import pyreadstat

import statistics_files as files
from statistics_files import complain

ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8"}
# SPSS itself takes longer texts than libreadstat writes; what is longer still it cuts between any two bytes.
SPSS = {**files.SPSS, "text": 32767}
R = {"epoch": files.UNIX, "unit": 1000, "text": None}

# What R read, as plain text: numbers with all their digits, and what belongs to the columns.
DUMP = r"""
folder <- commandArgs(TRUE)[1]
script <- commandArgs(TRUE)[2]
samples <- strsplit(commandArgs(TRUE)[3], ",")[[1]]
# Without haven: as on a machine that does not have it.
if (script == "load.R") requireNamespace <- function(...) FALSE
source(script)
about <- list()
for (place in samples) {
  parts <- strsplit(place, "/")[[1]]
  attune[[place]] <- if (length(parts) == 1) attune_samples(parts) else
    attune_samples(parts[2], parts[1])
}
for (table in names(attune)) {
  frame <- attune[[table]]
  plain <- lapply(frame, function(column) {
    if (is.factor(column)) return(as.character(column))
    if (is.character(column)) return(column)
    value <- as.numeric(unclass(column))
    ifelse(is.na(value), NA, sprintf("%.17g", value))
  })
  out <- file.path(folder, paste0(gsub("/", "+", table), ".out"))
  frame2 <- as.data.frame(plain, stringsAsFactors = FALSE, check.names = FALSE)
  names(frame2) <- names(frame)
  utils::write.csv(frame2, out, row.names = FALSE, na = "", fileEncoding = "UTF-8")
  for (name in names(frame)) {
    column <- frame[[name]]
    labels <- attr(column, "labels")
    if (is.factor(column)) labels <- stats::setNames(seq_along(levels(column)), levels(column))
    about[[length(about) + 1]] <- data.frame(
      table = table, column = name, class = class(column)[1],
      label = attr(column, "label"),
      labels = paste0(sprintf("%.17g", labels), "=", names(labels), collapse = "; ")[length(labels) > 0][1])
  }
}
utils::write.csv(do.call(rbind, about), file.path(folder, "about.out"), row.names = FALSE, na = "",
  fileEncoding = "UTF-8")
"""


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file, strict=True))
    return lines[0], lines[1:]


def run(command, folder, name):
    result = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=ENVIRONMENT)
    if result.returncode:
        complain(f"{name} ended with {result.returncode}: {result.stdout[:600]}{result.stderr[:600]}")
    return result


def by_pspp(csv_folder, tables, books):
    """Runs import.sps where the tables are copied to, and reads what PSPP saved."""
    files.goes_on = lambda before, after: False
    with tempfile.TemporaryDirectory() as copy:
        folder = pathlib.Path(copy) / "csv"
        shutil.copytree(csv_folder, folder)
        result = run(["pspp", "-O", "format=txt", "import.sps"], folder, "PSPP")
        # It says which numbers it does not read: those that are infinite or too small.
        said = [line for line in result.stdout.splitlines()
                if re.search("(error|warning):", line) and "warning: Data for variable" not in line]
        if said:
            complain(f"PSPP: {said[:5]}")
        for relative, (header, rows) in tables.items():
            path = folder / f"{relative}.sav"
            table = books[relative]
            meta, values, found = files.from_pyreadstat(
                path, pyreadstat.read_sav, disable_datetime_conversion=True)
            name = f"{relative}.sav of import.sps"
            if len(meta.column_names) != len(header):
                complain(f"{name}: columns {meta.column_names}")
                continue
            files.check(name, "pyreadstat", SPSS, header, as_pspp_reads(rows, table), values, table)
            files.check_labels(name, meta.column_labels, table, 256)
            files.check_values(name, found, table, 120)


def as_pspp_reads(rows, table):
    """The rows without what the way through PSPP's text files is known to change."""
    changed = []
    broken = {place for place in range(len(table)) for row in rows
              if re.search("[\n\r\0]", row[place])}
    for row in rows:
        row = list(row)
        for place, described in enumerate(table):
            if described["type"] == "text" and place in broken:
                # The signs that stand for line breaks are taken for those everywhere.
                row[place] = row[place].replace("\u240a", "\n").replace("\u240d", "\r")
            if described["type"] == "real" and row[place] and (
                    0 < abs(float(row[place])) < sys.float_info.min
                    or abs(float(row[place])) == sys.float_info.max):
                # Digits that strtod calls out of range, and its own words for HIGHEST and missing.
                row[place] = ""
        changed.append(row)
    return changed


def by_r(folder, script, tables, books):
    """Runs a script in R, and compares what is in its data frames."""
    samples = [str(relative) for relative in tables if relative.name.startswith("samples_")]
    with tempfile.TemporaryDirectory() as out:
        dump = pathlib.Path(out) / "dump.R"
        dump.write_text(DUMP, encoding="utf-8")
        run(["Rscript", "--vanilla", str(dump), out, script, ",".join(samples)], folder, script)
        _, about = read_csv(pathlib.Path(out) / "about.out")
        for relative, (header, rows) in tables.items():
            name = f"{relative} of {script}"
            table = books[relative]
            found_header, found = read_csv(
                pathlib.Path(out) / (str(relative).replace("/", "+") + ".out"))
            if found_header != header or len(found) != len(rows):
                complain(f"{name}: {len(found)} rows of {found_header}")
                continue
            compare_frame(name, header, rows, found, table)
            mine = {row[1]: row for row in about if row[0] == str(relative)}
            for column, row in zip(header, table):
                check_about(name, mine[column], row, script)


def compare_frame(name, header, rows, found, table):
    for row, (fields, values) in enumerate(zip(rows, found)):
        for column, field, value, described in zip(header, fields, values, table):
            files.compared += 1
            if described["type"] in ("text", "category"):
                # Connections of R know one line break, and a text in R has no NUL.
                wanted = re.sub("\r\n?", "\n", field).replace("\0", "")
                same = value == wanted
            elif described["type"] == "utc":
                wanted = files.number(field, described, R)
                same = (value == "" if field == "" else abs(float(value) - wanted) < 1e-3
                        or abs(float(value) / wanted - 1) < 1e-15)
            else:
                wanted = float(field) if field else math.nan
                # R's reading of a number with 17 digits may be off by the last bit.
                same = (value == "" if field == "" else float(value) == wanted
                        or abs(float(value) - wanted) <= 4e-16 * abs(wanted)
                        or abs(wanted) < 1e-300)
            if not same:
                complain(f"{name}, row {row} {column}: {value[:60]!r} instead of {wanted!r}")


def check_about(name, found, row, script):
    _, column, kind, label, labels = found
    wanted = row["meaning"] + (f" [{row['unit']}]" if row["unit"] else "")
    if label != wanted:
        complain(f"{name} {column}: label {label!r}")
    expected = {"text": "character", "category": "factor", "utc": "POSIXct"}.get(
        row["type"], "numeric")
    if expected == "numeric" and row["labels"] and script == "import.R":
        expected = "haven_labelled"
    if kind != expected:
        complain(f"{name} {column}: {kind} instead of {expected}")
    if row["type"] != "text" and files.labels({**row, "labels": labels}) != files.labels(row):
        complain(f"{name} {column}: labels {labels!r} instead of {row['labels']!r}")


def statements_of_sas(text):
    """The statements, without comments; complains of a quote that does not end."""
    found, now, place = [], "", 0
    while place < len(text):
        if text.startswith("/*", place):
            end = text.find("*/", place)
            if end < 0:
                complain("SAS: a comment does not end")
                return found
            place = end + 2
        elif text[place] in "'\"":
            quote = text[place]
            end = place + 1
            while end < len(text) and (text[end] != quote or text[end:end + 2] == quote * 2):
                end += 2 if text[end] == quote else 1
            if end >= len(text):
                complain(f"SAS: no end of the quote at {text[place:place + 40]!r}")
                return found
            if "\n" in text[place:end]:
                complain(f"SAS: a quote over two lines: {text[place:end]!r}")
            now += text[place:end + 1]
            place = end + 1
        elif text[place] == ";":
            found.append(" ".join(now.split()))
            now, place = "", place + 1
        else:
            now += text[place]
            place += 1
    if now.strip():
        complain(f"SAS: a statement does not end: {now.strip()[:60]!r}")
    return found


def check_sas(text, tables, books):
    """import.sas: each table has its data step, with all columns in their order, their room and labels."""
    known = statements_of_sas(text)
    for name in re.findall(r"&(\w+)", re.sub(r"'[^']*'", "", ";".join(known))):
        if name not in ("folder", "session", "number"):
            complain(f"SAS: there is no macro variable {name}")
    opens = sum(one.startswith(("data ", "proc ", "%macro ")) for one in known)
    closes = sum(one in ("run", "quit", "%mend") for one in known)
    if opens != closes:
        complain(f"SAS: {opens} steps and macros begin, {closes} end")
    for relative, (header, rows) in tables.items():
        begin = [place for place, one in enumerate(known)
                 if re.match(rf"data {relative.name}(&number)? \(label=", one)]
        if len(begin) != 1:
            complain(f"SAS: {len(begin)} data steps of {relative}")
            continue
        end = known.index("run", begin[0])
        step = known[begin[0]:end]
        length = next(one for one in step if one.startswith("length "))
        pairs = re.findall(r"(\w+) (\$ )?(\d+)", length[7:])
        mine = [pair for pair in pairs if not pair[0].startswith("attune_")]
        if len(mine) != len(header):
            complain(f"SAS: {relative} has {len(mine)} columns of {len(header)}")
            continue
        order = re.findall(r"(\w+)(?: \?\?)? :", next(one for one in step if one.startswith("input ")))
        if len(order) != len(header):
            complain(f"SAS: {relative} reads {order}")
        if "dsd" not in step[1] or not re.search(r'infile "[^"]+\.csv"', step[1]):
            complain(f"SAS: {relative}: {step[1]}")
        for place, (column, row, (name, text_mark, width)) in enumerate(
                zip(header, books[relative], mine)):
            if column not in (name, name.removeprefix("c_")) and name[:4] != column[:4]:
                complain(f"SAS: {relative} {column} is called {name}")
            if (row["type"] == "text") != bool(text_mark):
                complain(f"SAS: {relative} {column} is {text_mark or 'a number'}")
            longest = max((len(fields[place].encode()) for fields in rows), default=0)
            if row["type"] == "text" and int(width) < min(longest, 32767):
                complain(f"SAS: {relative} {column} has room for {width} of {longest} bytes")
            if order[place] not in (name, f"attune_{place}"):
                complain(f"SAS: {relative} reads {order[place]} as {name}")
            label = [one for one in step if one.startswith(f"label {name} = ")]
            if len(label) != 1:
                complain(f"SAS: {relative} {column} has {len(label)} labels")
    for row in {id(row): row for table in books.values() for row in table}.values():
        if row["type"] == "text":
            continue
        for code, word in files.labels(row).items():
            quoted = "'" + word.replace("'", "''") + "'"
            if f"{files_number(code)} = {quoted}" not in text:
                complain(f"SAS: {row['column']}: no {code} = {quoted}")


def files_number(code):
    return str(int(code)) if code == int(code) else repr(code)


def check_stata(text, tables, books):
    """import.do: quotes in pairs, and each table with all its columns, converted, labelled and saved."""
    joined = re.sub(r"\s*///\n\s*", " ", text)
    lines = [line.strip() for line in joined.splitlines()]
    if sum(line.startswith("program ") for line in lines) != lines.count("end"):
        complain("Stata: a program does not end")
    for line in lines:
        if line.startswith("*"):
            continue
        plain = line
        while '`"' in plain:
            start = plain.index('`"')
            end = plain.find("\"'", start)
            if end < 0:
                complain(f"Stata: no end of the quote in {line!r}")
                break
            inside = plain[start + 2:end]
            if re.search(r"(?<!\\)[`$]", inside):
                complain(f"Stata: a macro in {inside!r}")
            plain = plain[:start] + plain[end + 2:]
        if plain.count('"') % 2:
            complain(f"Stata: quotes in {line!r}")
    places = {}
    for place, line in enumerate(lines):
        if line.startswith("save "):
            places[re.search(r'"(?:`folder\')?([^"]+)\.dta"', line)[1]] = place
    for relative, (header, rows) in tables.items():
        if relative.name not in places:
            complain(f"Stata: {relative} is not saved")
            continue
        end = places[relative.name]
        start = max(place for place in range(end)
                    if lines[place].startswith(("import delimited", "clear")))
        block = lines[start:end]
        if rows:
            renamed = re.fullmatch(r"rename \(([^)]*)\) \(([^)]*)\)", block[1])
            names = renamed[2].split()
            if renamed[1].split() != [f"v{place + 1}" for place in range(len(header))]:
                complain(f"Stata: {relative}: {block[1]}")
        else:
            names = [line.split()[2] for line in block if line.startswith("generate str1 ")]
        if len(names) != len(header):
            complain(f"Stata: {relative} has columns {names}")
            continue
        for name, column, row in zip(names, header, books[relative]):
            if name != column and name != f"c_{column}":
                complain(f"Stata: {relative} {column} is called {name}")
            wanted = {"integer": f"attune_number {name}", "real": f"attune_number {name}",
                      "utc": f"attune_moment {name}",
                      "category": f"generate long {name} = ., before(attune_text)"}.get(row["type"])
            if wanted and wanted not in block:
                complain(f"Stata: {relative}: no {wanted}")
            if not any(line.startswith(f'label variable {name} `"') for line in block):
                complain(f"Stata: {relative} {column} has no label")
            if row["type"] == "text":
                continue
            for code, word in files.labels(row).items():
                if code != int(code) or abs(code) > 2 ** 31 - 28:
                    continue
                escaped = word.replace("`", "\\`").replace("$", "\\$")
                if f'label define {name} {int(code)} `"{escaped}"\', add' not in block:
                    complain(f"Stata: {relative} {column}: no label {code} {word!r}")


def main():
    root = pathlib.Path(sys.argv[1])
    described = files.codebook(root / "csv")
    tables, books = {}, {}
    for path in sorted((root / "csv").rglob("*.csv")):
        if path.stem == "codebook" or path.parent.name == "one_line":
            continue
        relative = path.relative_to(root / "csv").with_suffix("")
        tables[relative] = read_csv(path)
        rows = {row["column"]: row for row in described[path.stem]}
        books[relative] = [rows[column] for column in tables[relative][0]]
    by_pspp(root / "csv", tables, books)
    by_r(root / "csv", "import.R", tables, books)
    by_r(root / "r", "load.R", tables, books)
    check_sas((root / "csv" / "import.sas").read_text(encoding="utf-8"), tables, books)
    check_stata((root / "csv" / "import.do").read_text(encoding="utf-8"), tables, books)
    statements_of_sas((root / "sas" / "load.sas").read_text(encoding="utf-8"))
    for complaint in files.complaints[:30]:
        print(complaint)
    print(f"{len(tables)} tables, {files.compared} values compared, {len(files.complaints)} differ")
    sys.exit(1 if files.complaints else 0)


if __name__ == "__main__":
    main()
