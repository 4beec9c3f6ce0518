#!/usr/bin/python3
"""A made-up machine with made-up devices (umockdev), for a program that talks to udev and evdev.

Run as `umockdev-wrapper /usr/bin/python3 stand.py SCENARIO PROBE`. It plugs devices in and out, runs
the probe on them, and prints what both sides saw as JSON lines, in the order in which it happened:
the probe's own lines, and lines with "kernel" for what the probe asked the kernel.
"""

import errno
import json
import os
import struct
import subprocess
import sys
import threading

import gi

gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev  # noqa: E402

scenario, probe = sys.argv[1:3]
# The made-up machine ends with this process; a probe that hangs must not outlive it.
threading.Timer(60, lambda: os._exit(3)).start()
bed = UMockdev.Testbed.new()
lock = threading.Lock()


def say(**what):
    with lock:
        print(json.dumps(what), flush=True)


def serial(port, node, serial_number):
    """A USB serial adapter in a port, as Linux shows it: interface, port, tty."""
    usb = f"/devices/pci0000:00/usb1/1-{port}"
    properties = {
        "SUBSYSTEM": "tty",
        "DEVNAME": f"/dev/{node}",
        "ID_VENDOR_ID": "0403",
        "ID_MODEL_ID": "6001",
        "ID_USB_INTERFACE_NUM": "00",
        "ID_PATH": f"pci-0000:00:14.0-usb-0:{port}:1.0",
    }
    if serial_number:
        properties["ID_SERIAL_SHORT"] = serial_number
    path = f"{usb}/1-{port}:1.0/{node}/tty/{node}"
    lines = [f"P: {path}", f"N: {node}"] + [f"E: {k}={v}" for k, v in properties.items()]
    bed.add_from_string("\n".join(lines) + "\n")
    return "/sys" + path


def event_node(number, kind):
    path = f"/devices/pci0000:00/usb1/1-2/1-2:1.0/input/input{number}/event{number}"
    bed.add_from_string(
        f"P: {path}\nN: input/event{number}\nE: SUBSYSTEM=input\n"
        f"E: DEVNAME=/dev/input/event{number}\nE: ID_INPUT=1\nE: ID_INPUT_{kind}=1\n"
    )
    return f"/dev/input/event{number}"


def bits(codes, size):
    field = bytearray(size)
    for code in codes:
        if code // 8 < size:
            field[code // 8] |= 1 << code % 8
    return bytes(field)


class EventDevice(UMockdev.IoctlBase):
    """An event device: answers what libevdev asks, and hands out events through read(2)."""

    NAMES = {0x01: "EVIOCGVERSION", 0x02: "EVIOCGID", 0x03: "EVIOCGREP", 0x06: "EVIOCGNAME", 0x07: "EVIOCGPHYS",
             0x08: "EVIOCGUNIQ", 0x09: "EVIOCGPROP", 0x18: "EVIOCGKEY", 0x19: "EVIOCGLED",
             0x1A: "EVIOCGSND", 0x1B: "EVIOCGSW", 0x93: "EVIOCSMASK", 0x90: "EVIOCGRAB",
             0xA0: "EVIOCSCLOCKID", 0x91: "EVIOCREVOKE"}  # fmt: skip

    def configure(self, supported, events, refused=(), queued=b"", typed_meanwhile=b""):
        self.supported = supported
        self.events = list(events)
        self.refused = refused
        self.queued = queued
        self.revoked = False
        self.typed_meanwhile = typed_meanwhile
        return self

    def do_handle_ioctl(self, client):
        request = client.get_request() & 0xFFFFFFFF
        number, size = request & 0xFF, request >> 16 & 0x3FFF
        name = "EVIOCGBIT" if 0x20 <= number < 0x40 else self.NAMES.get(number, hex(request))
        reply = None
        if name in self.refused:
            say(kernel=name, refused=True)
            client.complete(-1, errno.EINVAL)
            return True
        if name == "EVIOCSMASK":
            argument = client.get_arg().resolve(0, 16)
            kind, count, _ = struct.unpack("=IIQ", bytes(argument.retrieve()))
            codes = bytes(argument.resolve(8, count).retrieve())
            passing = [code for code in range(8 * count) if codes[code // 8] >> code % 8 & 1]
            say(kernel=name, type=kind, size=count, passing=passing)
        elif name == "EVIOCSCLOCKID":
            clock = struct.unpack("=i", bytes(client.get_arg().resolve(0, 4).retrieve()))[0]
            self.revoked = False  # opened anew
            say(kernel=name, clock=clock)
        elif name == "EVIOCREVOKE":
            # What is typed from now on is queued for whoever opens the device next.
            self.revoked, self.queued = True, self.typed_meanwhile
            say(kernel=name)
        elif name == "EVIOCGVERSION":
            reply = struct.pack("=i", 0x010001)
        elif name == "EVIOCGID":
            reply = struct.pack("=HHHH", 3, 0x046D, 0xC31C, 0x0110)
        elif name in ("EVIOCGNAME", "EVIOCGPHYS"):
            text = {"EVIOCGNAME": b"A keyboard of the stand", "EVIOCGPHYS": b"usb-1/input0"}[name]
            reply = (text + b"\0")[:size]
        elif name == "EVIOCGUNIQ":
            client.complete(-1, errno.ENOENT)
            return True
        elif name == "EVIOCGBIT":
            kind = number - 0x20
            codes = self.supported.get(kind, ()) if kind else self.supported.keys()
            reply = bits(codes, size)
        elif name == "EVIOCGKEY":
            say(kernel=name)
            reply = bits([30], size)
        elif name in ("EVIOCGREP", "EVIOCGPROP", "EVIOCGLED", "EVIOCGSND", "EVIOCGSW"):
            reply = bytes(size)
        else:
            say(kernel=name, unknown=True)
            client.complete(-1, errno.EINVAL)
            return True
        if reply is None:
            client.complete(0, 0)
        else:
            client.get_arg().resolve(0, len(reply)).update(0, reply)
            client.complete(len(reply), 0)
        return True

    def do_handle_read(self, client):
        if self.revoked:
            say(kernel="read", what="revoked")
            client.complete(-1, errno.ENODEV)
            return True
        if self.queued:
            chunk, self.queued = self.queued, b""
            say(kernel="read", what="queued before")
        elif self.queued is not None:
            self.queued = None
            say(kernel="read", what="nothing waits")
            client.complete(-1, errno.EAGAIN)
            return True
        elif self.events:
            chunk = self.events.pop(0)
            say(kernel="read", what="events")
        else:
            say(kernel="read", what="unplugged")
            client.complete(-1, errno.ENODEV)
            return True
        client.get_arg().update(0, chunk)
        client.complete(len(chunk), 0)
        return True


def event(microseconds, kind, code, value):
    return struct.pack("=qqHHi", 1000, microseconds, kind, code, value)


KEYBOARD = {0: (), 1: range(1, 249), 4: (4,), 17: (0, 1, 2), 20: (0, 1)}
MOUSE = {0: (), 1: range(0x110, 0x118), 2: (0, 1, 6, 8, 11, 12), 4: (4,)}
REPORT = (0, 0, 0)


def run_probe(*arguments, **options):
    subprocess.run([probe, *arguments], check=False, timeout=45, **options)


def record_input(kind, device_class, supported, events, command="input", **options):
    node = event_node(7, device_class)
    device = EventDevice().configure(supported, events, **options)
    bed.attach_ioctl(node, device)
    run_probe(command, node, kind)


def keyboard(**options):
    # a down, scan code with it, s down, a repeats, a up, s up, then Enter.
    typed = (
        event(1, 4, 4, 0x70004) + event(1, 1, 30, 1) + event(1, *REPORT)
        + event(2, 1, 31, 1) + event(2, *REPORT) + event(3, 1, 30, 2) + event(3, *REPORT)
    )  # fmt: skip
    later = (
        event(4, 1, 30, 0) + event(4, *REPORT) + event(5, 1, 31, 0) + event(5, *REPORT)
        + event(6, 1, 28, 1) + event(6, *REPORT)
    )  # fmt: skip
    secret = event(0, 1, 44, 1) + event(0, *REPORT)
    record_input("keyboard", "KEYBOARD", KEYBOARD, [typed, later], queued=secret,
                 typed_meanwhile=secret, **options)


def hotplug():
    child = subprocess.Popen(
        [probe, "monitor", "tty", "input"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True)  # fmt: skip

    def wait_for_line():
        line = child.stdout.readline()
        sys.stdout.write(line)
        sys.stdout.flush()

    wait_for_line()
    path = serial(4, "ttyUSB0", "A1")
    wait_for_line()
    bed.uevent(path, "change")
    wait_for_line()
    bed.uevent(path, "remove")
    bed.remove_device(path)
    wait_for_line()
    # An action that nobody needs, and a subsystem that nobody asked for.
    path = serial(5, "ttyUSB1", "A1")
    bed.uevent(path, "bind")
    bed.add_from_string("P: /devices/x/block/sdz\nN: sdz\nE: SUBSYSTEM=block\nE: DEVNAME=/dev/sdz\n")
    wait_for_line()
    event_node(9, "KEYBOARD")
    wait_for_line()
    rest, _ = child.communicate(timeout=20)
    sys.stdout.write(rest)
    sys.stdout.flush()


def enumerate_devices():
    serial(4, "ttyUSB0", "A1")
    serial(6, "ttyUSB1", "")
    event_node(3, "KEYBOARD")
    bed.add_from_string(
        "P: /devices/x/input/input3/mouse0\nN: input/mouse0\nE: SUBSYSTEM=input\n"
        "E: DEVNAME=/dev/input/mouse0\n"
    )
    bed.add_from_string("P: /devices/x/block/sdz\nN: sdz\nE: SUBSYSTEM=block\nE: DEVNAME=/dev/sdz\n")
    run_probe("enumerate", "tty", "input")


def pointer():
    moved = (
        event(1, 2, 0, 3) + event(1, 2, 1, -2) + event(1, 2, 0, 4) + event(1, *REPORT)
        + event(2, 4, 4, 0x90001) + event(2, 1, 0x110, 1) + event(2, *REPORT)
        + event(3, 1, 0x110, 0) + event(3, *REPORT)
        + event(4, 2, 8, -1) + event(4, 2, 11, -120) + event(4, *REPORT)
    )  # fmt: skip
    record_input("pointer", "MOUSE", MOUSE, [moved])


scenarios = {
    "enumerate": enumerate_devices,
    "hotplug": hotplug,
    "keyboard": keyboard,
    "keyboard-paused": lambda: keyboard(command="pause"),
    "keyboard-without-masks": lambda: keyboard(refused=("EVIOCSMASK",)),
    "keyboard-without-clock": lambda: keyboard(refused=("EVIOCSCLOCKID",)),
    "keyboard-that-is-a-mouse": lambda: record_input("keyboard", "MOUSE", MOUSE, []),
    "pointer": pointer,
}
scenarios[scenario]()
say(stand="done")
os._exit(0)
