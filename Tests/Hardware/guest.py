"""A Debian guest under QEMU's own emulation (no KVM needed): starting, restoring, hot-plugging and
running commands in it. Every wait has a limit and says what it waited for."""

import atexit
import ctypes
import json
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

QEMU = "qemu-system-x86_64"
KERNEL_OPTIONS = (
    "root=/dev/vda rootfstype=ext4 rw console=ttyS0 loglevel=4 quiet cryptomgr.notests audit=0 lsm=yama "
    "mitigations=off nokaslr init_on_alloc=0 rcupdate.rcu_expedited=1 random.trust_cpu=on "
    "no_timer_check tsc=reliable net.ifnames=0 rd.udev.log_level=3")


def machine(files, disk, folder):
    """QEMU's command for a guest. A snapshot fits only the very command that made it, the folder and the
    disk's path apart."""
    def listening(name):
        return f"path={folder / name},server=on,wait=off"
    return [
        QEMU, "-nodefaults", "-no-user-config",
        "-M", "pc-i440fx-7.2,i8042=off,usb=off,vmport=off,hpet=off",
        "-accel", "tcg,thread=multi,tb-size=256", "-cpu", "qemu64,-svm", "-smp", "2", "-m", "768",
        "-display", "none", "-vga", "none", "-no-reboot",
        "-kernel", str(files / "vmlinuz"), "-initrd", str(files / "initrd.img"),
        "-append", KERNEL_OPTIONS,
        "-drive", f"file={disk},if=none,id=disk,format=raw,cache=unsafe",
        "-device", "virtio-blk-pci,drive=disk",
        "-qmp", f"unix:{folder / 'qmp'},server=on,wait=off",
        "-chardev", f"file,id=console,path={folder / 'console.log'}",
        "-device", "isa-serial,chardev=console",
        # ttyS1: a Bluetooth controller behind a UART.
        "-chardev", f"socket,id=bluetooth,{listening('bluetooth')}",
        "-device", "isa-serial,chardev=bluetooth",
        "-device", "virtio-serial-pci",
        "-chardev", f"socket,id=agent,{listening('agent')}",
        "-device", "virtserialport,chardev=agent,name=attune.agent",
        "-fsdev", f"local,id=share,path={folder / 'share'},security_model=none,multidevs=remap",
        "-device", "virtio-9p-pci,fsdev=share,mount_tag=share",
        "-device", "virtio-rng-pci",
        "-device", "qemu-xhci,id=xhci", "-device", "usb-kbd,bus=xhci.0,id=keyboard",
    ]


class GuestError(Exception):
    """Something in the guest or in QEMU did not go as it should; the message says what."""


def end_with_parent():
    """In a child before exec: the kernel kills it when its parent is gone, whatever happened to that."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class JSONLines:
    """Lines of JSON over a Unix socket."""

    def __init__(self, path, what):
        self.what = what
        self.waiting = b""
        end = time.monotonic() + 30
        while True:
            self.socket = socket.socket(socket.AF_UNIX)
            try:
                self.socket.connect(str(path))
                return
            except OSError as error:
                self.socket.close()
                if time.monotonic() > end:
                    raise GuestError(f"QEMU does not open its socket for {what}: {error}") from error
                time.sleep(0.05)

    def send(self, value):
        self.socket.sendall((json.dumps(value) + "\n").encode())

    def receive(self, seconds, awaited):
        end = time.monotonic() + seconds
        while b"\n" not in self.waiting:
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                read = self.socket.recv(65536)
            except TimeoutError:
                read = None
            if read == b"":
                raise GuestError(f"QEMU closed its socket for {self.what}, waiting for {awaited}")
            self.waiting += read or b""
            if read is None and time.monotonic() >= end:
                raise GuestError(f"waited {seconds:.0f} s for {awaited}")
        line, self.waiting = self.waiting.split(b"\n", 1)
        return json.loads(line) if line.strip() else self.receive(end - time.monotonic(), awaited)


class Guest:
    """A running guest. Its files are in `folder`, of which `share` is /share in the guest."""

    def __init__(self, files, disk, state=None, keep_disk=False, data=None):
        """Starts QEMU with the disk, from a saved state if there is one; without `keep_disk` what the
        guest writes is thrown away in the end. `data` is a second disk, /dev/vdb, that always keeps what
        was written; a guest with one cannot be restored from a state without."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="attune-guest."))
        self.share = self.folder / "share"
        self.share.mkdir()
        self.events = []
        command = machine(files, disk, self.folder)
        if not keep_disk:
            command += ["-snapshot"]
        if data:
            # Write-back as a disk with a cache of its own: what the guest flushes (fsync in its ext4's
            # journal) is flushed on the host before the guest is told. Killing QEMU then loses what the
            # guest's memory held, and requests that were under way; what the guest was told is written
            # stays, flushed or not, as with a disk whose cache survives. Writes that a disk forgets or
            # tears in a power cut are shown by the tests of the session store, not here.
            command += [
                "-drive", f"file={data},if=none,id=data,format=raw,cache=writeback,snapshot=off",
                "-device", "virtio-blk-pci,drive=data"]
        if state:
            command += ["-incoming", f"exec:zstd -dcq {state}"]
        self.errors = open(self.folder / "qemu.log", "wb")
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self.errors, stderr=self.errors,
            preexec_fn=end_with_parent)
        atexit.register(self.close)
        try:
            self.monitor = JSONLines(self.folder / "qmp", "its monitor")
            self.monitor.receive(30, "the monitor's greeting")
            self.qmp("qmp_capabilities")
            self.agent = JSONLines(self.folder / "agent", "the agent")
        except GuestError as error:
            said = (self.folder / "qemu.log").read_text(errors="replace")
            self.close()
            raise GuestError(f"{error}\nQEMU said: {said}") from error

    # QEMU's side

    def qmp(self, command, **arguments):
        """A command to QEMU's monitor; returns its answer."""
        self.monitor.send({"execute": command, "arguments": arguments} if arguments
                          else {"execute": command})
        while True:
            reply = self.monitor.receive(60, f"QEMU's answer to {command}")
            if "event" in reply:
                self.events.append(reply)
            elif "error" in reply:
                raise GuestError(f"QEMU refused {command}: {reply['error']['desc']}")
            else:
                return reply["return"]

    def await_deleted(self, device):
        """Waits for QEMU to have taken a device out."""
        while True:
            for event in self.events:
                if event["event"] == "DEVICE_DELETED" and event["data"].get("device") == device:
                    self.events.remove(event)
                    return
            self.events.append(self.monitor.receive(30, f"the removal of {device}"))

    def plug_serial(self, name, serial_number, port):
        """Plugs a USB-serial bridge (0403:6001) into a port of the controller, "2" to "4"; returns the
        socket of its far side."""
        path = self.folder / name
        address = {"type": "unix", "data": {"path": str(path)}}
        self.qmp("chardev-add", id=name, backend={
            "type": "socket", "data": {"addr": address, "server": True, "wait": False}})
        far = socket.socket(socket.AF_UNIX)
        far.connect(str(path))
        self.qmp("device_add", driver="usb-serial", id=name, chardev=name, bus="xhci.0", port=port,
                 serial=serial_number, **{"always-plugged": True})
        return far

    def unplug(self, name, chardev=False):
        """Pulls a device out."""
        self.qmp("device_del", id=name)
        self.await_deleted(name)
        if chardev:
            self.qmp("chardev-remove", id=name)

    def key(self, code, down):
        """Presses or releases a key of the USB keyboard, by QEMU's name of it."""
        self.qmp("input-send-event", events=[{
            "type": "key", "data": {"down": down, "key": {"type": "qcode", "data": code}}}])

    # The guest's side

    def attempt(self, command, seconds=120, background=False):
        """Runs a command; returns its status and its output."""
        self.agent.send({"command": command, "timeout": seconds, "background": background})
        reply = self.agent.receive(seconds + 60, f"the guest to run: {command}")
        return reply["status"], reply["output"]

    def run(self, command, seconds=120):
        """Runs a command that must end with 0; returns its output."""
        status, output = self.attempt(command, seconds)
        if status:
            raise GuestError(f"in the guest: {command}\nended with {status}: {output}")
        return output

    def start(self, command):
        """Starts a command that goes on by itself, and leads a session of its own; returns its id."""
        return self.attempt(command, background=True)[1]

    def wait_until(self, command, what, seconds=120, every=0.3):
        """Repeats a command until it ends with 0; returns its output."""
        end = time.monotonic() + seconds
        while True:
            status, output = self.attempt(command)
            if status == 0:
                return output
            if time.monotonic() > end:
                raise GuestError(f"waited {seconds} s until {what}: {command}\nended with {status}: {output}")
            time.sleep(every)

    def wait_ready(self):
        """After a cold boot: waits for the agent."""
        return self.agent.receive(400, "the guest to start")["ready"]

    def resume(self):
        """After a restore: goes on, sets the clock, mounts the share."""
        end = time.monotonic() + 120
        while (state := self.qmp("query-status")["status"]) == "inmigrate":
            if time.monotonic() > end:
                raise GuestError("waited 120 s for the saved state to be loaded")
            time.sleep(0.02)
        if state != "running":
            self.qmp("cont")
        self.run(f"date --set=@{time.time():.3f} >/dev/null; "
                 "mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 share /share")

    def kill(self):
        """Ends QEMU at once, as the guest's machine crashes."""
        self.process.kill()
        self.process.wait()

    def save(self, state):
        """Writes the running guest's state to a file and ends QEMU."""
        self.attempt("umount /share; sync")
        self.qmp("stop")
        self.qmp("migrate-set-parameters", **{"max-bandwidth": 1 << 33})
        self.qmp("migrate", uri=f"exec:zstd -1 -q -c >{state}")
        end = time.monotonic() + 180
        while (status := self.qmp("query-migrate").get("status")) != "completed":
            if status in ("failed", "cancelled") or time.monotonic() > end:
                raise GuestError(f"the guest's state could not be saved: {status}")
            time.sleep(0.1)
        self.close()

    def power_off(self):
        """Shuts the guest down as it would be at a station's main switch; returns QEMU's status."""
        try:
            self.attempt("umount -l /share; sync; systemctl poweroff -ff", 60)
        except (GuestError, OSError):
            pass
        return self.process.wait(120)

    def logs(self):
        """What is known of a guest in which something failed, as text."""
        pieces = []
        for title, command in (("daemon's journal", "journalctl --no-pager --boot --unit attuned | tail -60"),
                               ("kernel", "dmesg | tail -20"),
                               ("Bluetooth's journal", "journalctl --no-pager --boot --unit bluetooth | tail -30")):
            try:
                pieces.append(f"--- {title}\n{self.attempt(command, 60)[1]}")
            except (GuestError, OSError) as error:
                pieces.append(f"--- {title}: {error}")
        for name in ("qemu.log", "console.log"):
            said = (self.folder / name).read_text(errors="replace")
            if said.strip():
                pieces.append(f"--- {name}\n{said[-2000:]}")
        return "\n".join(pieces)

    def close(self):
        """Ends QEMU and removes the guest's files. May be called twice."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.errors.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.close)
