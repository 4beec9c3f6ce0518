#!/usr/bin/env python3
"""Runs what attune-bench measures, writes one table of it, and says whether it is still as good beside its peers.

    results.py PROGRAM [--only NAME ...] [--table FILE] [--lines FILE] [--check]
    results.py --from LINES [--table FILE] [--check]

PROGRAM is attune-bench. --table writes Markdown: machine, date, medians, ratios. --lines keeps the figures, a JSON object
a line; --from takes them from there and measures nothing. --check holds the ratios against thresholds.json
beside this script and ends with 1 where one is missed or was not measured. Of benchmarks that are not run nothing
is asked."""

import argparse
import datetime
import fnmatch
import json
import os
import pathlib
import platform
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
THRESHOLDS = HERE / "thresholds.json"

# In this order, with what is peculiar to a run of all.
BENCHMARKS = {
    "ring": [], "align": [], "ingest": [], "load": [], "latency": [], "record": [], "store": [], "reading": [],
    "export": [], "console": [], "chat": [],
}


def measure(program, names, keep):
    """Each benchmark's lines. One that cannot be run is told and stands in no table."""
    lines, failed = [], []
    for name in names:
        print(f"== {name}", file=sys.stderr, flush=True)
        done = subprocess.run([program, name, "--json", *BENCHMARKS[name]], stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            print(f"{name} ended with {done.returncode}", file=sys.stderr)
            failed.append(name)
            continue
        for line in done.stdout.splitlines():
            lines.append(json.loads(line))
            if keep:
                keep.write(line + "\n")
                keep.flush()
    return lines, failed


def number(value):
    """Three digits that count, with thousands separated."""
    if value is None:
        return ""
    if value == 0:
        return "0"
    digits = 3 if abs(value) < 1000 else 0
    return f"{value:,.0f}" if not digits or abs(value) >= 100 else f"{value:.3g}"


def machine():
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
               platform.machine())
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    return f"{os.cpu_count()} × {cpu}, {memory / 2**20:.1f} GiB, Linux {platform.release().split('-')[0]}"


def table(lines, failed):
    text = ["# Benchmarks", "",
            f"{datetime.date.today().isoformat()}, {machine()}.", "",
            "Medians, with the 10th and 90th percentile where there were several trials; a ratio is as its benchmark says"
            " (`attune-bench NAME --help`): for times of reading and writing the peer's by ours, otherwise ours by the"
            " peer's. Written by `make bench`; `make bench-check` holds the ratios against `thresholds.json`.", ""]
    benches = list(dict.fromkeys(line["bench"] for line in lines))
    for bench in benches:
        text += [f"## {bench}", "", "| | figure | 10–90% | peer | its figure | ratio | goal |",
                 "|---|---|---|---|---|---|---|"]
        for line in lines:
            if line["bench"] != bench:
                continue
            spread = ""
            if line.get("p10") is not None and line.get("p90") is not None:
                spread = f"{number(line['p10'])}–{number(line['p90'])}"
            goal = line["goal"] or ""
            if goal and line["met"] is not None:
                goal += ": met" if line["met"] else ": **not met**"
            cells = [line["case"], f"{number(line['figure'])} {line['unit']}", spread, line.get("peer") or "",
                     number(line.get("peer_figure")), number(line.get("ratio")), goal]
            text.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        text.append("")
    if failed:
        text += ["Could not be run: " + ", ".join(failed) + ".", ""]
    return "\n".join(text)


def check(lines, failed):
    """What is worse than its threshold, in words."""
    wrong = [f"{name} could not be run" for name in failed]
    thresholds = json.loads(THRESHOLDS.read_text())
    run = {line["bench"] for line in lines} | set(failed)
    held = 0
    for entry in thresholds:
        if entry["bench"] not in run or entry["bench"] in failed:
            continue
        # Which way of waiting and which peer is the fastest differs from run to run: cases and peers are patterns.
        peer = entry.get("peer", "*")
        what = f"{entry['bench']}: {entry['case']}" + (f" beside {peer}" if peer != "*" else "")
        ratios = [line["ratio"] for line in lines
                  if line["bench"] == entry["bench"] and line.get("ratio") is not None
                  and fnmatch.fnmatchcase(line["case"], entry["case"])
                  and fnmatch.fnmatchcase(line.get("peer") or "", peer)]
        # Where several are meant, the worst one counts.
        ratio = (min if "at_least" in entry else max)(ratios, default=None)
        if ratio is None:
            wrong.append(f"{what}: not measured")
        elif "at_least" in entry and ratio < entry["at_least"]:
            wrong.append(f"{what}: {ratio:g}, at least {entry['at_least']:g} is wanted")
        elif "at_most" in entry and ratio > entry["at_most"]:
            wrong.append(f"{what}: {ratio:g}, at most {entry['at_most']:g} is wanted")
        else:
            held += 1
    for line in wrong:
        print("WORSE:", line)
    print(f"{held} ratios hold, {len(wrong)} do not")
    return not wrong and held > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("program", nargs="?")
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS))
    parser.add_argument("--from", dest="source", type=pathlib.Path)
    parser.add_argument("--table", type=pathlib.Path)
    parser.add_argument("--lines", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if (options.program is None) == (options.source is None):
        parser.error("either PROGRAM or --from")
    if options.source:
        lines, failed = [json.loads(line) for line in options.source.read_text().splitlines()], []
    else:
        keep = options.lines.open("w") if options.lines else None
        lines, failed = measure(options.program, options.only, keep)
    text = table(lines, failed)
    if options.table:
        options.table.write_text(text)
    else:
        print(text)
    if options.check and not check(lines, failed):
        sys.exit(1)
    if failed:
        sys.exit(f"could not be run: {', '.join(failed)}")


if __name__ == "__main__":
    main()
