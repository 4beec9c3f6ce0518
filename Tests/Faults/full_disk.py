"""A disk that is really full: a small tmpfs, filled with a file. Run in a mount namespace of its own:

    unshare -m python3 full_disk.py PROGRAMS      (with -Ur as well where one is not root)

Prints figures, and exits with 1 if anything is not as it must be."""

import ctypes
import os
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Integration"), str(HERE.parent / "Readers")]

import device_log
import disk_station
import stored
from station import Failure, Station, end_on_signals, wait_for

MEBIBYTE = 1 << 20
SIZE = 256 * MEBIBYTE
MS_REMOUNT = 32


def check(what, condition, detail=""):
    print("ok" if condition else "FAILED", what, "" if condition else detail, flush=True)
    if not condition:
        raise Failure(what)


class Disk:
    """A small file system that can be filled to the last page, and emptied."""

    def __init__(self, place, size=SIZE):
        place.mkdir()
        self.place = place
        self.filler = place / ".filler"
        self._mount(0, f"size={size}")

    def allow(self, files):
        """From now on there is room for so many files, folders and links."""
        self._mount(MS_REMOUNT, f"nr_inodes={files}")

    def _mount(self, flags, options):
        # Not mount(8): at a remount it gives the owner as well, whom a user namespace of its own does not know.
        library = ctypes.CDLL(None, use_errno=True)
        if library.mount(b"tmpfs", str(self.place).encode(), b"tmpfs", flags, options.encode()):
            raise Failure(f"mount: {os.strerror(ctypes.get_errno())}: run this below 'unshare -m'")

    def fill(self):
        with open(self.filler, "ab", buffering=0) as file:
            for size in (MEBIBYTE, 4096):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    continue

    def empty(self):
        self.filler.unlink(missing_ok=True)


def files(made, participant):
    folder = made.data / "full" / participant
    return sorted(entry.name for entry in folder.iterdir()) if folder.exists() else []


def start(made, participant, *devices):
    arguments = [word for device in devices for word in ("--device", device)]
    return made.attune("session", "start", "full", participant, *arguments)


def whole(made, session, name, what):
    """Nothing of a device is missing, and nothing is there twice."""
    found, missing, gaps = disk_station.losses(session["file"], name)
    check(f"{what}: nothing of {len(found)} samples is missing", found and not missing,
          list(missing.items())[:3])
    check(f"{what}: no gap is told", not gaps, gaps)
    done = made.attune("check", session["file"], check=False)
    check(f"{what}: the file is whole", done.returncode == 0, done.stdout[-500:])


def no_room_at_the_start(made, disk):
    disk.fill()
    done = made.attune("session", "start", "full", "p00", check=False)
    check("a session for which there is no room is refused", done.returncode != 0)
    check("and says why", "no room left" in done.stderr, done.stderr)
    check("and leaves nothing", files(made, "p00") == [], files(made, "p00"))
    disk.empty()


def room_returns(made, disk):
    session = start(made, "p01", "one")
    time.sleep(1)
    began = time.monotonic()
    disk.fill()
    seconds, status = disk_station.wait_for_alarm(made, "store", began)
    check(f"the alarm came {seconds * 1000:.0f} ms after the disk began to fill", seconds < 1)
    check("attune status ends with 3", status == 3, status)
    time.sleep(1)
    disk.empty()
    disk_station.wait_for_peace(made, "store")
    check("attune status ends with 0 again", disk_station.status(made)[1] == 0)
    time.sleep(0.5)
    session = made.attune("session", "stop", "--wait")
    whole(made, session, "one", "room came back soon")


def overflowed(made):
    """Readings that did not fit into a ring since the daemon's start."""
    return sum(ring["overflowed_records"] for ring in disk_station.status(made)[0]["rings"])


def room_returns_too_late(made, disk):
    names = ("one", "two", "three", "four")
    session = start(made, "p02", *names)
    time.sleep(1)
    disk.fill()
    began = time.monotonic()
    before = overflowed(made)
    wait_for("the ring to overflow", lambda: overflowed(made) - before > 300, 90)
    check("the loss is told", any(
        alarm["code"] == "overflow" for alarm in disk_station.status(made)[0]["alarms"]))
    print(f"a ring of 1 MiB was full after less than {time.monotonic() - began:.1f} s at 4 kHz × 6")
    disk.empty()
    disk_station.wait_for_peace(made, "store")
    # A loss of whole turns of the counter is decided after some windows of a quarter of a second.
    time.sleep(4)
    session = made.attune("session", "stop", "--wait")
    for name in names:
        found, missing, gaps = disk_station.losses(session["file"], name)
        check(f"{name}: {sum(missing.values())} of {len(found) + sum(missing.values())} are missing, "
              f"in {len(missing)} places", len(missing) >= 1)
        told = {index: gap.lost for index, gap in gaps.items()}
        check(f"{name}: the gap rows tell the exact counts", told == missing, (told, missing))
        check(f"{name}: and why", all(gap.cause == "overflow" for gap in gaps.values()), gaps)
    check("the file is whole", made.attune("check", session["file"])["result"] == "ok")


def ended_while_the_ring_overflows(made, disk):
    """No later sample shows what was lost then: a row behind the last one tells of it."""
    # On a busy machine the ring may have room once more in the last moment of a session; what was lost then lies
    # between samples.
    for participant in ("p06", "p07", "p08"):
        if overflows_to_the_end(made, disk, participant):
            return
    raise Failure("the ring had room again each time that a session was stopped")


def overflows_to_the_end(made, disk, participant):
    """Gives whether the last of what was sent was lost; the rows must be right in any case."""
    names = ("one", "two", "three", "four")
    start(made, participant, *names)
    time.sleep(1)
    disk.fill()
    before = overflowed(made)
    wait_for("the ring to overflow", lambda: overflowed(made) - before > 4000, 90)
    began = time.monotonic()
    session = made.attune("session", "stop", "--wait")
    check(f"while the ring overflowed it was stopped in {time.monotonic() - began:.2f} s",
          session["state"] == "finished", session["state"])
    disk.empty()
    database = stored.connect(session["file"])
    [[end]] = database.execute("SELECT stopped_ns FROM session").fetchall()
    database.close()
    at_the_end = [ends_in_a_loss(made, session, name, end) for name in names]
    check("the file is whole", made.attune("check", session["file"])["result"] == "ok")
    wait_for("the index", lambda: all(
        entry["state"] == "finished" for entry in made.attune("session", "list", "full")))
    return all(at_the_end)


def ends_in_a_loss(made, session, name, end):
    found, missing, gaps = disk_station.losses(session["file"], name)
    last = len(found) - 1
    between = {index: gap for index, gap in gaps.items() if index != last}
    check(f"{name}: {len(found)} samples, {sum(missing.values())} missing between them are told",
          {index: gap.lost for index, gap in between.items()} == missing, (missing, gaps))
    gap = gaps.get(last)
    until = gap.end if gap else end
    sent = [frame for frame in device_log.read_log(made.path(name + ".sent")).of("sent")
            if frame.written <= until]
    # Number and digital channels stand before the analogue ones.
    lost = (sent[-1].values[2] | sent[-1].values[3] << 10) - found[-1]
    if gap is None:
        # A read or two may have been under way when the session ended.
        check(f"{name}: nothing is told behind the last one, and {lost} were sent after it", lost <= 50)
        return False
    check(f"{name}: {lost} were sent after it until the last of the loss, {gap.lost} are told",
          gap.cause == "overflow" and lost > 0 and abs(gap.lost - lost) <= max(50, lost // 20)
          and abs(gap.lost - lost) <= gap.bound, gap)
    check(f"{name}: to the end", 0 <= end - gap.end < 300_000_000, (gap, end))
    return lost > 500


def ended_on_a_full_disk(made, disk):
    other = start(made, "p04", "two")
    session = start(made, "p03", "one")
    time.sleep(1.5)
    disk.fill()
    disk_station.wait_for_alarm(made, "store", time.monotonic())
    time.sleep(1)
    began = time.monotonic()
    ended = made.attune("session", "stop", "--wait", "--session", session["id"])
    check(f"on a full disk it was stopped and finished in {time.monotonic() - began:.2f} s",
          ended["state"] == "finished", ended["state"])
    check("its reserve is gone", files(made, "p03") in (
        [pathlib.Path(ended["file"]).name], [pathlib.Path(ended["file"]).name,
         pathlib.Path(ended["file"]).stem + ".quality.html"]), files(made, "p03"))
    check("the other session's reserve is not", [
        name for name in files(made, "p04") if ".reserve" in name] == [
            pathlib.Path(other["file"]).name + end for end in (".reserve", ".reserve-end")],
        files(made, "p04"))
    whole(made, ended, "one", "ended on a full disk")
    # It gave the room of its recording back; that is used up too.
    disk.fill()
    time.sleep(1)
    began = time.monotonic()
    ended = made.attune("session", "stop", "--wait", "--session", other["id"])
    check(f"and the other one in {time.monotonic() - began:.2f} s", ended["state"] == "finished")
    whole(made, ended, "two", "the other one")
    disk.empty()
    wait_for("the index", lambda: all(
        entry["state"] == "finished" for entry in made.attune("session", "list", "full")))
    disk_station.wait_for_peace(made, "index")


def killed_on_a_full_disk(made, disk):
    session = start(made, "p05", "three")
    time.sleep(1.5)
    disk.fill()
    disk_station.wait_for_alarm(made, "store", time.monotonic())
    time.sleep(0.5)
    made.kill()
    disk.fill()
    made.start()
    made.wait_for_device("three")
    check("after a kill on a full disk the session goes on", [
        entry["id"] for entry in made.attune("session", "list", "full")
        if entry["state"] == "recording"] == [session["id"]])
    time.sleep(0.5)
    disk.fill()
    began = time.monotonic()
    ended = made.attune("session", "stop", "--wait")
    check(f"and was stopped and finished there in {time.monotonic() - began:.2f} s",
          ended["state"] == "finished", ended["state"])
    check("nothing of its reserve is left", not [
        name for name in files(made, "p05") if ".reserve" in name], files(made, "p05"))
    found, missing, gaps = disk_station.losses(ended["file"], "three")
    told = {index: gap for index, gap in gaps.items() if gap.cause == "restart"}
    check(f"of {len(found)} samples nothing is missing but what no daemon read",
          list(missing) in ([], list(told)), (missing, gaps))
    check("the file is whole", made.attune("check", ended["file"])["result"] == "ok")
    status = disk_station.status(made)[0]
    check("no alarm about its reserve outlives it", not [
        alarm for alarm in status["alarms"] if alarm["code"] in ("reserve", "checkpoint")], status["alarms"])
    disk.empty()
    wait_for("the index", lambda: all(
        entry["state"] == "finished" for entry in made.attune("session", "list", "full")))
    disk_station.wait_for_peace(made, "index")


def main():
    end_on_signals()
    with Station(sys.argv[1]) as made:
        made.data = made.folder / "disk" / "data"
        disk = Disk(made.folder / "disk")
        disk_station.prepare(made, ("one", "two", "three", "four"))
        made.start()
        for name in ("one", "two", "three", "four"):
            made.wait_for_device(name)
        no_room_at_the_start(made, disk)
        room_returns(made, disk)
        ended_on_a_full_disk(made, disk)
        killed_on_a_full_disk(made, disk)
        room_returns_too_late(made, disk)
        ended_while_the_ring_overflows(made, disk)
        check("the daemon ends well", made.stop() == 0)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        print("FAILED", failure)
        sys.exit(1)
