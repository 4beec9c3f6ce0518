"""The guest's image and its snapshots, made once and kept.

    image.py --deb FILE        make what is missing, and print the folder

Two layers, each in a folder named after a hash of all that it depends on: the Debian guest, settled
after its start; and that guest with the project's package installed. Tests start from the latter within
seconds. The cache is $ATTUNE_VM_CACHE, or .build-hardware in the checkout."""

import argparse
import contextlib
import fcntl
import hashlib
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import time

import guest

HERE = pathlib.Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
CACHE = pathlib.Path(os.environ.get("ATTUNE_VM_CACHE") or CHECKOUT / ".build-hardware").resolve()

# What the guest does before its state is saved, so that no test waits for it.
SETTLE = """
modprobe -a 9p 9pnet_virtio hci_uart ftdi_sio cdc_acm evdev hid_generic usbhid ecb cmac \
    algif_skcipher algif_hash || exit 1
systemctl is-system-running --wait
udevadm settle
systemctl start bluetooth || exit 1
bluetoothctl list
python3 -c 'import dbus, json'
sync
"""

# dpkg unpacks, the package's own script makes user and folders and starts the daemon. Programs for
# debugging find Swift's libraries in the share's folder "libraries".
INSTALL = """
set -e
if [ -d /share/libraries ]; then
    install -d /usr/lib/attune-swift && cp /share/libraries/* /usr/lib/attune-swift/
    echo /usr/lib/attune-swift >/etc/ld.so.conf.d/attune-swift.conf
    ldconfig
fi
dpkg --install --force-unsafe-io /share/attune.deb
systemctl is-active attuned
systemctl show attuned -p User,Type,NotifyAccess,WatchdogUSec,NRestarts,StatusText
useradd --groups attune,attune-operators experimenter
runuser -u experimenter -- attune status
systemctl stop attuned.socket attune-chat.socket attune-console.socket attune-chat attune-console attuned
sync
"""


def note(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def digest(*parts):
    """A short hash of texts and files' contents."""
    found = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, pathlib.Path) else str(part).encode()
        found.update(hashlib.sha256(content).digest())
    return found.hexdigest()[:16]


def release():
    """Debian's release of this machine, against whose libraries programs are built here."""
    try:
        facts = platform.freedesktop_os_release()
    except OSError:
        facts = {}
    return facts.get("VERSION_CODENAME", "bookworm") if facts.get("ID") == "debian" else "bookworm"


@contextlib.contextmanager
def locked():
    """One run at a time makes or uses the cache: two emulated guests would starve each other."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            note(f"waiting for another run that uses {CACHE}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def made(kind, key, make):
    """The folder of a layer; `make` fills a new one where it is missing. Older ones are removed."""
    folder = CACHE / f"{kind}-{key}"
    if folder.exists():
        return folder
    for old in CACHE.glob(f"{kind}-*"):
        shutil.rmtree(old, ignore_errors=True)
    new = CACHE / f"{kind}-new"
    shutil.rmtree(new, ignore_errors=True)  # of a run that was killed
    new.mkdir()
    begun = time.monotonic()
    try:
        make(new)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    new.rename(folder)
    note(f"made {folder.name} in {time.monotonic() - begun:.0f} s")
    return folder


def copy_disk(source, target):
    subprocess.run(["cp", "--sparse=always", "--reflink=auto", source, target], check=True)


def make_base(folder):
    """The Debian guest, started and settled."""
    note(f"making a Debian {release()} guest (once; some minutes)")
    work = folder / "work"
    work.mkdir()
    with open(folder / "rootfs.log", "wb") as log:
        result = subprocess.run(["bash", HERE / "rootfs.sh", work, release()], stdin=subprocess.DEVNULL,
                                stdout=log, stderr=log, check=False)
    if result.returncode:
        said = (folder / "rootfs.log").read_text(errors="replace")
        hint = "" if os.getuid() == 0 else (
            "\nAs an ordinary user this needs user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
            "a range of ids in /etc/subuid and /etc/subgid, the package uidmap) and fakeroot; or run it as root.")
        raise SystemExit(f"The guest could not be made:\n{said[-3000:]}{hint}")
    for name in ("vmlinuz", "initrd.img"):
        (work / name).rename(folder / name)
    (work / "image.ext4").rename(folder / "disk.ext4")
    work.rmdir()
    note("starting it for the first time")
    run = guest.Guest(folder, folder / "disk.ext4", keep_disk=True)
    try:
        run.wait_ready()
        status, output = run.attempt(SETTLE, 300)
        if status:
            raise guest.GuestError(f"the guest does not settle: {output}")
        run.save(folder / "state")
    except BaseException:
        note(run.logs())
        raise
    finally:
        run.close()


def make_station(folder, base, deb, libraries):
    """The guest with the package installed."""
    note(f"installing {deb.name} in the guest")
    copy_disk(base / "disk.ext4", folder / "disk.ext4")
    run = guest.Guest(base, folder / "disk.ext4", state=base / "state", keep_disk=True)
    try:
        shutil.copy(deb, run.share / "attune.deb")
        if libraries:
            shutil.copytree(libraries, run.share / "libraries")
        run.resume()
        (folder / "installed.txt").write_text(run.run(INSTALL, 600))
        shutil.rmtree(run.share / "libraries", ignore_errors=True)
        run.save(folder / "state")
    except BaseException:
        note(run.logs())
        raise
    finally:
        run.close()


def prepare(deb, libraries=None):
    """Makes what is missing; returns the folders of guest and station. Call with the lock held.
    `libraries` is a folder with Swift's libraries, for programs that were not linked with them."""
    version = subprocess.run([guest.QEMU, "--version"], capture_output=True, check=True).stdout
    base_key = digest(version, release(), guest.machine(pathlib.Path("files"), "disk", pathlib.Path("run")),
                      SETTLE, HERE / "rootfs.sh", *sorted((HERE / "guest").iterdir()))
    base = made("base", base_key, make_base)
    parts = sorted(libraries.iterdir()) if libraries else []
    station_key = digest(base_key, INSTALL, deb, *parts)
    station = made("station", station_key, lambda folder: make_station(folder, base, deb, libraries))
    return base, station


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--deb", type=pathlib.Path, required=True)
    with locked():
        print(prepare(parser.parse_args().deb)[1])


if __name__ == "__main__":
    main()
