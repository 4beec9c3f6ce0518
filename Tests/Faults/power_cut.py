"""Rebuilds what a disk may hold after a power cut, out of the log of fake_disk.c.

What was written and synced is there. Of what was written since, anything may be: nothing, all, some writes in
any order, some sectors of 512 bytes of each. The same of names: what a synced folder had is there; of what
was made, renamed and removed since, the first so many, or any."""

import collections
import os
import pathlib
import struct

HEAD = struct.Struct("<IIqQq")
SECTOR = 512
Record = collections.namedtuple("Record", "kind time inode offset data")


def read(path):
    """The records of a log."""
    data = pathlib.Path(path).read_bytes()
    records = []
    place = 0
    while place + HEAD.size <= len(data):
        kind, length, time, inode, offset = HEAD.unpack_from(data, place)
        place += HEAD.size
        records.append(Record(chr(kind), time, inode, offset, data[place:place + length]))
        place += length
    return records


class File:
    """One inode: what is on the disk for sure, and what was done since."""

    def __init__(self):
        self.durable = bytearray()
        self.since = []  # (offset, bytes), or (length, None) for a change of length
        self.syncing = []

    def put(self, content, operation):
        offset, data = operation
        if data is None:
            if len(content) > offset:
                del content[offset:]
            else:
                content.extend(bytes(offset - len(content)))
            return
        if len(content) < offset + len(data):
            content.extend(bytes(offset + len(data) - len(content)))
        content[offset:offset + len(data)] = data

    def begin_sync(self):
        self.syncing.append(len(self.since))

    def end_sync(self):
        count = self.syncing.pop(0) if self.syncing else len(self.since)
        for operation in self.since[:count]:
            self.put(self.durable, operation)
        del self.since[:count]
        self.syncing = [max(0, left - count) for left in self.syncing]

    def after_cut(self, generator, mode):
        content = bytearray(self.durable)
        if mode == "dropped":
            return content
        kept = self.since
        if mode == "prefix" and kept:
            kept = kept[:generator.randrange(len(kept) + 1)]
            if kept and kept[-1][1]:
                offset, data = kept[-1]
                kept = kept[:-1] + [(offset, data[:generator.randrange(len(data) // SECTOR + 1) * SECTOR])]
        for operation in kept:
            if mode == "any" and generator.random() < 0.5:
                continue
            offset, data = operation
            if mode == "torn" and data is not None:
                place = 0
                while place < len(data):
                    end = min(len(data), (offset + place) // SECTOR * SECTOR + SECTOR - offset)
                    if generator.random() < 0.5:
                        self.put(content, (offset + place, data[place:end]))
                    place = end
                continue
            if mode == "torn" and generator.random() < 0.5:
                continue
            self.put(content, operation)
        return content


class Disk:
    """Takes records in order, and can be cut at any moment."""

    MODES = ("dropped", "prefix", "any", "torn")

    def __init__(self, ignores_syncs=False):
        self.ignores_syncs = ignores_syncs
        self.files = {}
        self.names = {}  # durable: path -> inode
        self.folders = set()
        self.since = []  # records of names, not yet durable

    def take(self, record):
        if record.kind in "CRUM":
            self.since.append(record)
            if record.kind == "C":
                self.files[record.inode] = File()
        elif record.kind == "D":
            if not self.ignores_syncs:
                folder = record.data.decode()
                inside = [entry for entry in self.since if self._folder(entry) == folder]
                for entry in inside:
                    self._apply(entry, self.names, self.folders)
                    self.since.remove(entry)
        else:
            file = self.files.setdefault(record.inode, File())
            if record.kind == "W":
                file.since.append((record.offset, record.data))
            elif record.kind == "T":
                file.since.append((record.offset, None))
            elif record.kind == "B":
                file.begin_sync()
            elif record.kind == "S" and not self.ignores_syncs:
                file.end_sync()
            elif record.kind == "L":
                # The pages count as clean now: no later sync speaks of them.
                file.since.clear()
                file.syncing = [0 for _ in file.syncing]

    @staticmethod
    def _folder(record):
        return os.path.dirname(record.data.decode().split("\n")[0])

    @staticmethod
    def _apply(record, names, folders):
        text = record.data.decode()
        if record.kind == "C":
            names[text] = record.inode
        elif record.kind == "U":
            names.pop(text, None)
        elif record.kind == "M":
            folders.add(text)
        else:
            source, target = text.split("\n")
            if source in names:
                names[target] = names.pop(source)

    def cut(self, generator):
        """What is on the disk if the power fails now: bytes by path; and how it was cut."""
        mode = generator.choice(self.MODES)
        names, folders = dict(self.names), set(self.folders)
        entries = list(self.since)
        if mode == "dropped":
            entries = []
        elif mode == "prefix":
            entries = entries[:generator.randrange(len(entries) + 1)]
        elif mode in ("any", "torn"):
            entries = [entry for entry in entries if generator.random() < 0.5]
        for entry in entries:
            self._apply(entry, names, folders)
        return mode, {
            path: self.files[inode].after_cut(generator, mode) for path, inode in names.items()}
