#!/usr/bin/env python3
"""Validate an export's datapackage.json with frictionless, and compare its codebooks with the tables.

    dataset_package.py DIRECTORY

frictionless reads every table as the package describes it: types, constraints, primary and foreign keys.
What it read is compared with what Python's own csv module reads, and the counts of rows and of missing
values in codebook.html with those of the files. Ends with 1 if anything differs.
"""

import csv
import datetime
import decimal
import html.parser
import json
import pathlib
import re
import sys

import frictionless

import csv_fields

csv.field_size_limit(1 << 30)


class Codebook(html.parser.HTMLParser):
    """The rows of codebook.html: by table and column its type, unit, meaning and missing values."""

    def __init__(self):
        super().__init__()
        self.tables, self.rows, self.fields, self.open = {}, {}, [], []
        self.section = None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "section":
            self.section = attrs["id"]
            self.tables[self.section] = {}
        if tag in ("tr", "p"):
            self.fields = []
        if tag in ("td", "th", "p"):
            self.fields.append("")

    def handle_data(self, data):
        if self.fields:
            self.fields[-1] += data

    def handle_endtag(self, tag):
        if tag == "tr" and self.section and self.fields[0] != "Column":
            self.tables[self.section][self.fields[0]] = self.fields[1:]
        if tag == "p" and self.section:
            rows = re.search(r"\. ([0-9,\u202f ]+) rows? in", self.fields[-1])
            self.rows[self.section] = number(rows.group(1))


def number(text):
    return int(re.sub("[^0-9]", "", text))


def plain(kind, text):
    """A field's text as frictionless should give it."""
    if text == "":
        return None
    if kind == "integer":
        return int(text)
    if kind == "number":
        return decimal.Decimal(text)
    if kind == "datetime":
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return text


def main():
    directory = pathlib.Path(sys.argv[1])
    complaints = []
    report = frictionless.validate(str(directory / "datapackage.json"))
    for task in report.tasks:
        for error in task.errors[:5]:
            complaints.append(f"{task.name}: {error.message[:300]}")
    for error in report.errors[:5]:
        complaints.append(error.message[:300])
    document = json.loads((directory / "datapackage.json").read_text(encoding="utf-8"))
    files = {str(path.relative_to(directory)) for path in directory.rglob("*.csv")
             # Copies of tables, for programs that know no line break in a text.
             if path.parent.name != "one_line"}
    described = {resource["path"] for resource in document["resources"]}
    if files != described:
        complaints.append(f"described, or there, but not both: {files ^ described}")
    book = Codebook()
    book.feed((directory / "codebook.html").read_text(encoding="utf-8"))
    compared, counts, missing = 0, {}, {}
    package = frictionless.Package(str(directory / "datapackage.json"))
    for resource, entry in zip(package.resources, document["resources"]):
        with open(directory / entry["path"], newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        header, rows = rows[0], rows[1:]
        fields = entry["schema"]["fields"]
        if [field["name"] for field in fields] != header:
            complaints.append(f"{entry['path']}: other columns")
        found = list(resource.read_rows())
        if len(found) != len(rows):
            complaints.append(f"{entry['path']}: {len(found)} rows instead of {len(rows)}")
        table = pathlib.Path(entry["path"]).stem
        counts[table] = counts.get(table, 0) + len(rows)
        for row in csv_fields.rows(directory / entry["path"])[1]:
            for name, text in zip(header, row):
                if text is None:
                    missing[table, name] = missing.get((table, name), 0) + 1
        for row, values in zip(rows, found):
            for text, field in zip(row, fields):
                compared += 1
                if values[field["name"]] != plain(field["type"], text):
                    complaints.append(
                        f"{entry['path']} {field['name']}: {values[field['name']]!r} instead of {text!r}")
    if set(book.tables) != set(counts):
        complaints.append(f"codebook.html: {set(book.tables) ^ set(counts)}")
    with open(directory / "codebook.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            kind, unit, meaning, lacking = book.tables[row["table"]][row["column"]]
            count = missing.get((row["table"], row["column"]), 0)
            told = number(lacking.split(" ")[0])
            if (kind, unit, told) != (row["type"], row["unit"], count):
                complaints.append(f"codebook.html: {row['table']}.{row['column']} {kind} {unit} {told} != {count}")
            if not meaning.startswith(" ".join(row["meaning"].split())):
                complaints.append(f"codebook.html: {row['column']}: {meaning!r} {row['meaning']!r}")
            for label in filter(None, row["labels"].split("; ")):
                if label.partition("=")[2] not in meaning:
                    complaints.append(f"codebook.html: {row['column']} lacks {label}")
    for table, rows in counts.items():
        if book.rows.get(table) != rows:
            complaints.append(f"codebook.html: {table} {book.rows.get(table)} rows instead of {rows}")
    for complaint in complaints[:30]:
        print(complaint)
    print(f"frictionless {frictionless.__version__}: {len(document['resources'])} tables, "
          f"{compared} values compared, {len(complaints)} differ")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
