"""Builds fake_disk.c, and switches what it does to a program that it was preloaded into."""

import errno
import mmap
import os
import pathlib
import struct
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
WRITE_ERRNO, SYNC_ERRNO, SYNC_MS, SYNC_COUNT, SYNC_LOSES, OPEN_ERRNO, IS_PLAIN = range(7)
FAILED_WRITES, FAILED_SYNCS, SLOW_SYNCS = 8, 9, 10


def build(folder):
    """Compiles the fake; gives the library's path."""
    library = pathlib.Path(folder) / "fake_disk.so"
    subprocess.run(
        ["gcc", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library,
         HERE / "fake_disk.c", "-ldl", "-lpthread"], check=True)
    return library


class FakeDisk:
    """The fake between one program and its files below a folder."""

    def __init__(self, work, folder, log=False):
        work = pathlib.Path(work)
        self.log = work / "disk.operations" if log else None
        control = work / "disk.control"
        control.write_bytes(bytes(64))
        self._file = open(control, "r+b")
        self._map = mmap.mmap(self._file.fileno(), 64)
        self.environment = {
            **os.environ, "LD_PRELOAD": str(build(work)), "FAKE_DISK_FOLDER": str(folder),
            "FAKE_DISK_CONTROL": str(control)}
        if log:
            self.environment["FAKE_DISK_LOG"] = str(self.log)

    def close(self):
        self._map.close()
        self._file.close()

    def set(self, field, value):
        struct.pack_into("<i", self._map, 4 * field, value)

    def get(self, field):
        return struct.unpack_from("<i", self._map, 4 * field)[0]

    def fail_writes(self, code=errno.EIO):
        self.set(WRITE_ERRNO, code)
        self.set(OPEN_ERRNO, code if code == errno.EROFS else 0)

    def fail_syncs(self, code=errno.EIO, count=-1, loses=True):
        """Syncs fail; what was written before one of them is never on the disk, unless written again."""
        self.set(SYNC_LOSES, int(loses))
        self.set(SYNC_COUNT, count)
        self.set(SYNC_ERRNO, code)

    def be_plain(self):
        """Like the disks of cameras and some networks: no second names, no renaming under conditions."""
        self.set(IS_PLAIN, 1)

    def slow_syncs(self, milliseconds):
        self.set(SYNC_MS, milliseconds)

    def mend(self):
        for field in range(7):
            self.set(field, 0)
