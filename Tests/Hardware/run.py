#!/usr/bin/env python3
"""Tests on a real kernel: the station's package in a Debian guest under emulation.

    run.py [--deb FILE | --programs FOLDER] [--short] [TEST ...]

--deb is the package to install (without it, systemd/make-deb.sh makes it); --programs packages
programs that were built already, and brings Swift's libraries along. --short leaves out what takes long
and the other tests show in part. A TEST is a part of a test's name."""

import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

import guest
import image


BUMBLE = "bumble==0.0.236"


def with_bumble():
    """Goes on in an environment that holds the Bluetooth sensors' library; makes it the first time."""
    environment = image.CACHE / f"python-{BUMBLE.replace('==', '-')}-{sys.version_info[0]}.{sys.version_info[1]}"
    python = environment / "bin" / "python3"
    if pathlib.Path(sys.prefix) == environment:
        return
    with image.locked():
        if not (environment / "complete").exists():
            image.note(f"installing {BUMBLE}")
            for command in ([sys.executable, "-m", "venv", "--clear", environment],
                            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", BUMBLE]):
                subprocess.run(command, check=True)
            (environment / "complete").touch()
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


def package(options):
    """The package to install, and the folder of libraries that it needs beside the guest's own."""
    if options.deb:
        return options.deb.resolve(), None
    make = image.CHECKOUT / "systemd" / "make-deb.sh"
    if not options.programs:
        subprocess.run(["bash", make], check=True, stdin=subprocess.DEVNULL)
        return max(image.CHECKOUT.glob("attune_*.deb"), key=lambda file: file.stat().st_mtime), None
    subprocess.run(["bash", make, "--programs", options.programs], check=True, stdin=subprocess.DEVNULL)
    libraries = image.CACHE / "libraries"
    shutil.rmtree(libraries, ignore_errors=True)
    libraries.mkdir(parents=True)
    for program in ("attuned", "attune", "attune-chat", "attune-console"):
        listed = subprocess.run(["ldd", options.programs / program], check=True, capture_output=True, text=True)
        for path in re.findall(r"=> (/\S+)", listed.stdout):
            if not path.startswith(("/lib/", "/usr/lib/", "/lib64/")):
                shutil.copy(path, libraries)
    return image.CHECKOUT / ".build-deb" / "attune-test.deb", libraries


def stop(*_):
    """On a signal: what a test cannot take for its own failure, and go on with the next."""
    raise KeyboardInterrupt


class Result(unittest.TextTestResult):
    """Tells how long each test took."""

    def startTest(self, test):
        self.begun = time.monotonic()
        super().startTest(test)
        self.stream.writeln()

    def stopTest(self, test):
        self.stream.writeln(f"    ({time.monotonic() - self.begun:.1f} s)")
        super().stopTest(test)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--deb", type=pathlib.Path)
    source.add_argument("--programs", type=pathlib.Path)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("tests", nargs="*")
    options = parser.parse_args()
    # mke2fs is of the system's, which is not on every user's path.
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    with_bumble()
    # Ended from outside, everything that was started is ended as after a failure.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    if options.programs:
        os.environ["ATTUNE_VM_DEBUG"] = "1"
    begun = time.monotonic()
    with image.locked():
        deb, libraries = package(options)
        base, station = image.prepare(deb, libraries)
        os.environ["ATTUNE_VM_DEB"], os.environ["ATTUNE_VM_LIBRARIES"] = str(deb), str(libraries or "")
        os.environ["ATTUNE_VM_BASE"], os.environ["ATTUNE_VM_STATION"] = str(base), str(station)
        image.note(f"guest and package are ready after {time.monotonic() - begun:.0f} s")
        tests = unittest.TestSuite(chosen(
            unittest.defaultTestLoader.discover(str(image.HERE)), options.tests, options.short))
        if not tests.countTestCases():
            raise SystemExit("no test has such a name")
        result = unittest.TextTestRunner(resultclass=Result, verbosity=2).run(tests)
    image.note(f"all done after {time.monotonic() - begun:.0f} s")
    sys.exit(0 if result.wasSuccessful() else 1)


if __name__ == "__main__":
    main()
