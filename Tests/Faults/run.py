#!/usr/bin/env python3
"""Faults of the world: the programs are killed, disks fail, clocks jump, clients misbehave.

    run.py PROGRAMS [--short] [--jobs 2] [TEST ...]

PROGRAMS is the folder of the built programs. --short does fewer rounds and leaves out what takes long; its
assertions are the same. A TEST is a part of a test's name. Each test prints its figures. --jobs runs so many files of tests at once:
most of them wait for something."""

import argparse
import concurrent.futures
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent


def with_libraries():
    """Goes on in the environment that holds the independent Varlink client; made the first time."""
    python = pathlib.Path(subprocess.run(
        ["sh", HERE.parent / "Integration" / "python_environment.sh"], check=True, capture_output=True,
        text=True).stdout.strip())
    if pathlib.Path(sys.prefix) != python.parent.parent:
        os.execv(python, [str(python), *sys.argv])


def chosen(suite, words, short):
    """The tests of a suite that fit."""
    for entry in suite:
        if isinstance(entry, unittest.TestSuite):
            yield from chosen(entry, words, short)
        elif short and getattr(getattr(entry, entry._testMethodName, None), "long", False):
            continue
        elif not words or any(word in entry.id() for word in words):
            yield entry


class Result(unittest.TextTestResult):
    """Tells how long each test took."""

    def startTest(self, test):
        self.begun = time.monotonic()
        super().startTest(test)
        self.stream.writeln()

    def stopTest(self, test):
        self.stream.writeln(f"    ({time.monotonic() - self.begun:.1f} s)")
        super().stopTest(test)


# Files that take longest are begun first.
FIRST = ("test_kill", "test_disk", "test_strangers", "test_soak", "test_watchdog")


def run_files(tests, options, prepare):
    """Runs the files of the tests in processes of their own, several at once; tells whether all is well."""
    files = {}
    for test in tests:
        files.setdefault(test.id().split(".")[0], []).append(test.id())
    order = sorted(files, key=lambda file: (FIRST.index(file) if file in FIRST else len(FIRST), file))
    running, lock, done = set(), threading.Lock(), []

    def run(file):
        begun = time.monotonic()
        with lock:
            process = subprocess.Popen(
                [sys.executable, __file__, str(options.programs), *(["--short"] if options.short else []),
                 "--", *files[file]],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                errors="replace", preexec_fn=prepare)
            running.add(process)
        output, _ = process.communicate()
        with lock:
            running.discard(process)
            print(f"{output.rstrip()}\n== {file}: {time.monotonic() - begun:.1f} s\n", file=sys.stderr, flush=True)
        done.append((file, process.returncode))

    pool = concurrent.futures.ThreadPoolExecutor(options.jobs)
    try:
        for result in [pool.submit(run, file) for file in order]:
            result.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        with lock:
            for process in running:
                process.send_signal(signal.SIGTERM)
        for process in list(running):
            process.wait(60)
        raise
    failed = sorted(file for file, status in done if status)
    if failed:
        print(f"FAILED: {', '.join(failed)}", file=sys.stderr)
    return not failed and len(done) == len(files)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("tests", nargs="*")
    options = parser.parse_intermixed_args()
    with_libraries()
    import faults  # says where the others are
    # Ended from outside, everything that was started is ended as after a failure.
    faults.station.end_on_signals()
    os.environ["ATTUNE_FAULT_PROGRAMS"] = str(options.programs.resolve())
    os.environ["ATTUNE_FAULT_SHORT"] = "1" if options.short else "0"
    tests = unittest.TestSuite(chosen(
        unittest.defaultTestLoader.discover(str(HERE)), options.tests, options.short))
    if not tests.countTestCases():
        raise SystemExit("no test has such a name")
    if options.jobs > 1:
        begun = time.monotonic()
        is_well = run_files(tests, options, faults.station._die_with_parent)
        print(f"all in {time.monotonic() - begun:.0f} s", file=sys.stderr)
        sys.exit(0 if is_well else 1)
    result = unittest.TextTestRunner(resultclass=Result, verbosity=2).run(tests)
    sys.exit(0 if result.wasSuccessful() else 1)


if __name__ == "__main__":
    main()
