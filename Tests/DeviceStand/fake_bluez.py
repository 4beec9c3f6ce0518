#!/usr/bin/python3
"""A made-up BlueZ: the part of its D-Bus interface that Attune uses, with made-up devices.

    fake_bluez.py --bus ADDRESS [--device KEY=VALUE,... | --devices FILE]... [--control FIFO] [--absent]

A device is told by keys, or as an object of the JSON list in FILE:
  address, name, services (long UUIDs), manufacturer ({"107": "00"} or 107)
  characteristics  list of {name, uuid, subscribe | flags, value (hex), optional}
  profile-json     (key only) file with that list, or with an object that has it as "characteristics"
  profile          (key only) a profile of Devices/profiles: its characteristics, and what it matches
  pty              a terminal that speaks the text form of packets: notifications, writes and reads go
                   through it (`name HEX`; `write NAME HEX`, `read NAME`, `subscribe NAME`, ...);
                   `disconnected` and `connected` from it are as `drop` and `return`
  information      Device Information by number: {"2a24": "H10"}; battery: percent
  connect_ms, resolve_ms    how long these take; connect_failures: how often Connect fails first
  refuse_acquire, refuse_notify: list of names
  pairing          {"method": "confirm"|"passkey"|"code"|"show"|"allow"|"none", "passkey": 123456}
  serial           true: a serial port of classic Bluetooth that echoes
  absent           true: out of reach until `return`

Commands, one a line, on standard input or on the FIFO:
  drop ADDRESS     the link is lost and the device is out of reach   return ADDRESS   it is back
  remove ADDRESS   BlueZ forgets it         notify ADDRESS NAME HEX [COUNT]
  battery ADDRESS PERCENT    power on|off   adapter remove|add   hangup ADDRESS (closes the sockets)
  crash            ends at once, as a daemon that was killed         quit

What happens is printed as JSON lines. Like bluetoothd 5.66 it crashes when a client leaves the bus
with a socket of AcquireNotify open (exit code 66).
"""

import argparse
import fcntl
import json
import os
import re
import socket
import sys
import termios
import tty

import dbus
import dbus.bus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

BASE = "-0000-1000-8000-00805f9b34fb"
SPP = "00001101" + BASE
PROPERTIES = "org.freedesktop.DBus.Properties"
MANAGER = "org.freedesktop.DBus.ObjectManager"


def say(**event):
    print(json.dumps(event), flush=True)


def error(name, text):
    problem = dbus.DBusException(text)
    problem._dbus_error_name = "org.bluez.Error." + name
    return problem


def octets(data):
    return dbus.Array([dbus.Byte(b) for b in data], signature="y")


def later(milliseconds, call):
    GLib.timeout_add(max(1, int(milliseconds)), lambda: (call(), False)[1])


class Thing(dbus.service.Object):
    """An object with properties."""

    interface = None

    def __init__(self, path, properties):
        super().__init__(bus, path)
        self.path = path
        self.interfaces = {self.interface: properties}

    @property
    def own(self):
        return self.interfaces[self.interface]

    @dbus.service.method(PROPERTIES, in_signature="ss", out_signature="v")
    def Get(self, interface, name):
        return self.interfaces[interface][name]

    @dbus.service.method(PROPERTIES, in_signature="s", out_signature="a{sv}")
    def GetAll(self, interface):
        return self.interfaces[interface]

    @dbus.service.method(PROPERTIES, in_signature="ssv")
    def Set(self, interface, name, value):
        say(set=name, path=self.path, value=bool(value))
        self.change({name: value}, interface)

    @dbus.service.signal(PROPERTIES, signature="sa{sv}as")
    def PropertiesChanged(self, interface, changed, invalid):
        pass

    def change(self, changed, interface=None):
        interface = interface or self.interface
        self.interfaces[interface].update(changed)
        self.PropertiesChanged(interface, changed, dbus.Array([], signature="s"))


class Root(dbus.service.Object):
    things = {}

    @dbus.service.method(MANAGER, out_signature="a{oa{sa{sv}}}")
    def GetManagedObjects(self):
        return dbus.Dictionary(
            {dbus.ObjectPath(p): t.interfaces for p, t in self.things.items()},
            signature="oa{sa{sv}}")  # fmt: skip

    @dbus.service.signal(MANAGER, signature="oa{sa{sv}}")
    def InterfacesAdded(self, path, interfaces):
        pass

    @dbus.service.signal(MANAGER, signature="oas")
    def InterfacesRemoved(self, path, interfaces):
        pass

    def add(self, thing):
        self.things[thing.path] = thing
        self.InterfacesAdded(thing.path, thing.interfaces)

    def remove(self, thing):
        if self.things.pop(thing.path, None):
            names = dbus.Array(list(thing.interfaces), signature="s")
            self.InterfacesRemoved(thing.path, names)
            thing.remove_from_connection()


class BlueZ(dbus.service.Object):
    """/org/bluez: agents and profiles."""

    agent = None
    profiles = {}

    @dbus.service.method("org.bluez.AgentManager1", in_signature="os", sender_keyword="sender")
    def RegisterAgent(self, path, capability, sender):
        say(agent=path, capability=capability)
        self.agent = (sender, path)

    @dbus.service.method("org.bluez.AgentManager1", in_signature="o")
    def RequestDefaultAgent(self, path):
        pass

    @dbus.service.method("org.bluez.AgentManager1", in_signature="o")
    def UnregisterAgent(self, path):
        self.agent = None
        say(agent=None)

    @dbus.service.method(
        "org.bluez.ProfileManager1", in_signature="osa{sv}", sender_keyword="sender")  # fmt: skip
    def RegisterProfile(self, path, uuid, options, sender):
        say(profile=uuid, role=options.get("Role"))
        self.profiles[uuid] = (sender, path)


class Adapter(Thing):
    interface = "org.bluez.Adapter1"

    def __init__(self):
        super().__init__("/org/bluez/hci0", {
            "Address": dbus.String("00:AA:01:00:00:01"), "Powered": dbus.Boolean(True),
            "Discovering": dbus.Boolean(False)})  # fmt: skip
        self.searchers = set()

    @dbus.service.method("org.bluez.Adapter1", in_signature="a{sv}")
    def SetDiscoveryFilter(self, options):
        say(filter=sorted(str(u) for u in options.get("UUIDs", [])), transport=options.get("Transport"))

    @dbus.service.method("org.bluez.Adapter1", sender_keyword="sender")
    def StartDiscovery(self, sender):
        if not self.own["Powered"]:
            raise error("NotReady", "Resource Not Ready")
        if sender in self.searchers:
            raise error("InProgress", "Operation already in progress")
        self.searchers.add(sender)
        say(discovery="on")
        self.change({"Discovering": dbus.Boolean(True)})
        for device in devices.values():
            device.advertise()

    @dbus.service.method("org.bluez.Adapter1", sender_keyword="sender")
    def StopDiscovery(self, sender):
        if sender not in self.searchers:
            raise error("Failed", "No discovery started")
        self.left(sender)

    def left(self, sender):
        if sender in self.searchers:
            self.searchers.discard(sender)
            say(discovery="off")
            if not self.searchers:
                self.change({"Discovering": dbus.Boolean(False)})

    @dbus.service.method("org.bluez.Adapter1", in_signature="o")
    def RemoveDevice(self, path):
        for device in devices.values():
            if device.path == path:
                device.forget()
                return
        raise error("DoesNotExist", "Does Not Exist")


class Characteristic(Thing):
    interface = "org.bluez.GattCharacteristic1"

    def __init__(self, device, number, told):
        self.device = device
        self.name = told.get("name", told["uuid"])
        self.value = bytes.fromhex(told.get("value", ""))
        self.subscribers = set()
        self.socket = None
        self.watch = None
        self.holder = None
        self.waiting = []
        flags = told.get("flags")
        if flags is None:
            subscribed = told.get("subscribe", told.get("subscription", "none")) != "none"
            flags = ["read", "write"] + (["notify"] if subscribed else [])
        path = f"{device.path}/service0001/char{number:04x}"
        super().__init__(path, {
            "UUID": dbus.String(told["uuid"]), "Flags": dbus.Array(flags, signature="s"),
            "Service": dbus.ObjectPath(f"{device.path}/service0001"),
            "Notifying": dbus.Boolean(False)})  # fmt: skip

    def check(self):
        if not self.device.own["Connected"]:
            raise error("NotConnected", "Not Connected")

    @dbus.service.method(
        "org.bluez.GattCharacteristic1", in_signature="a{sv}", out_signature="ay",
        async_callbacks=("answer", "refuse"))  # fmt: skip
    def ReadValue(self, options, answer, refuse):
        self.check()
        if self.device.pty is None or self.name not in self.device.names:
            answer(octets(self.value))
            return
        self.device.send(f"read {self.name}")
        self.waiting.append(("read", answer, refuse))

    @dbus.service.method(
        "org.bluez.GattCharacteristic1", in_signature="aya{sv}",
        async_callbacks=("answer", "refuse"))  # fmt: skip
    def WriteValue(self, value, options, answer, refuse):
        self.check()
        data = bytes(value)
        kind = str(options.get("type", ""))
        say(write=self.name, hex=data.hex(), type=kind)
        if kind == "request" and "write" not in self.own["Flags"]:
            refuse(error("NotSupported", "Operation is not supported"))
            return
        if self.device.pty is None:
            self.value = data
            answer()
            # Commands of the made-up devices: answer on the same characteristic.
            if self.name == "echo":
                self.notify(b"\xf0" + data)
            return
        self.device.send(f"write {self.name} {data.hex()}")
        entry = ("write", answer, refuse)
        self.waiting.append(entry)

        def accept():
            # Nothing was said against it.
            if entry in self.waiting:
                self.waiting.remove(entry)
                answer()

        later(10, accept)

    def settle(self, kind, value=None, text=None):
        for entry in self.waiting:
            if kind in (entry[0], "error"):
                self.waiting.remove(entry)
                if kind == "error":
                    entry[2](error("Failed", text))
                else:
                    entry[1](octets(value))
                return

    @dbus.service.method("org.bluez.GattCharacteristic1", sender_keyword="sender")
    def StartNotify(self, sender):
        self.check()
        if self.name in self.device.told.get("refuse_notify", []):
            raise error("NotPermitted", "Insufficient Authentication")
        if "notify" not in self.own["Flags"] and "indicate" not in self.own["Flags"]:
            raise error("NotSupported", "Operation is not supported")
        if self.socket:
            raise error("NotPermitted", "Notify acquired")
        self.begin()
        self.subscribers.add(sender)
        say(notify=self.name)
        self.change({"Notifying": dbus.Boolean(True)})

    @dbus.service.method("org.bluez.GattCharacteristic1", sender_keyword="sender")
    def StopNotify(self, sender):
        self.subscribers.discard(sender)
        say(stopped=self.name)
        self.end()

    @dbus.service.method(
        "org.bluez.GattCharacteristic1", in_signature="a{sv}", out_signature="hq",
        sender_keyword="sender")  # fmt: skip
    def AcquireNotify(self, options, sender):
        self.check()
        if self.name in self.device.told.get("refuse_notify", []):
            raise error("NotPermitted", "Insufficient Authentication")
        if self.name in self.device.told.get("refuse_acquire", []):
            raise error("NotSupported", "Operation is not supported")
        if self.socket or self.subscribers:
            raise error("NotPermitted", "Notify acquired")
        self.begin()
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.setblocking(False)
        self.holder = sender
        self.watch = GLib.io_add_watch(
            self.socket.fileno(), GLib.IO_HUP, self.hung_up, self.socket)
        say(acquired=self.name)
        number = dbus.types.UnixFd(theirs.fileno())
        theirs.close()
        return number, dbus.UInt16(247)

    def hung_up(self, number, condition, which):
        if which is self.socket:
            self.watch = None
            say(released=self.name)
            self.close()
            self.end()
        return False

    def begin(self):
        if not self.subscribers and not self.socket:
            self.device.send(f"subscribe {self.name}")

    def end(self):
        if not self.subscribers and not self.socket:
            self.device.send(f"unsubscribe {self.name}")
            if self.own["Notifying"]:
                self.change({"Notifying": dbus.Boolean(False)})

    def close(self):
        if self.watch is not None:
            GLib.source_remove(self.watch)
            self.watch = None
        if self.socket:
            self.socket.close()
        self.socket = self.holder = None

    def notify(self, data):
        if not self.device.own["Connected"]:
            return
        if self.socket:
            try:
                self.socket.send(data)
            except (BlockingIOError, BrokenPipeError, ConnectionResetError):
                say(overflow=self.name)
        elif self.subscribers:
            self.PropertiesChanged(
                self.interface, {"Value": octets(data)}, dbus.Array([], signature="s"))

    def disconnect(self):
        active = bool(self.subscribers or self.socket)
        self.subscribers.clear()
        self.close()
        for entry in list(self.waiting):
            self.waiting.remove(entry)
            entry[2](error("Failed", "Not connected"))
        if active:
            self.end()


class Device(Thing):
    interface = "org.bluez.Device1"

    def __init__(self, told):
        self.told = told
        self.address = told["address"].upper()
        self.present = not told.get("absent", False)
        self.failures = int(told.get("connect_failures", 0))
        self.pending = None
        self.epoch = 0
        self.rssi = -60
        self.known = False
        self.pty = None
        self.buffer = b""
        path = "/org/bluez/hci0/dev_" + self.address.replace(":", "_")
        maker = told.get("manufacturer", {})
        if not isinstance(maker, dict):
            maker = {str(int(str(maker), 0)): "00"}
        data = dbus.Dictionary(
            {dbus.UInt16(int(k)): octets(bytes.fromhex(v)) for k, v in maker.items()}, signature="qv")
        properties = {
            "Address": dbus.String(self.address), "Connected": dbus.Boolean(False),
            "Paired": dbus.Boolean(False), "Trusted": dbus.Boolean(False),
            "ServicesResolved": dbus.Boolean(False), "ManufacturerData": data,
            "UUIDs": dbus.Array(told.get("services", []), signature="s")}  # fmt: skip
        if told.get("name"):
            properties["Name"] = dbus.String(told["name"])
        super().__init__(path, properties)
        listed = list(told.get("characteristics", []))
        self.names = {c.get("name") for c in listed}
        for number, text in told.get("information", {}).items():
            listed.append({"uuid": f"0000{number}{BASE}", "flags": ["read"],
                           "value": text.encode().hex()})  # fmt: skip
        self.characteristics = [Characteristic(self, 2 * i + 1, c) for i, c in enumerate(listed)]
        self.by_name = {c.name: c for c in self.characteristics}
        if told.get("pty"):
            self.pty = os.open(told["pty"], os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            if os.isatty(self.pty):
                tty.setraw(self.pty, termios.TCSANOW)
            GLib.io_add_watch(self.pty, GLib.IO_IN | GLib.IO_HUP, self.receive)

    # The terminal

    def send(self, line):
        if self.pty is not None:
            try:
                os.write(self.pty, line.encode() + b"\n")
            except OSError as problem:
                say(pty=str(problem))

    def receive(self, number, condition):
        try:
            piece = os.read(self.pty, 65536)
        except BlockingIOError:
            return True
        except OSError:
            piece = b""
        if not piece:
            say(pty="closed")
            self.pty = None
            self.drop()
            return False
        self.buffer += piece
        *lines, self.buffer = self.buffer.split(b"\n")
        for line in lines:
            self.hear(line.decode(errors="replace").split())
        return True

    def hear(self, words):
        if not words:
            return
        if words == ["disconnected"]:
            self.drop()
        elif words == ["connected"]:
            self.come_back()
        elif words[0] == "value" and len(words) > 1 and words[1] in self.by_name:
            data = bytes.fromhex("".join(words[2:]))
            self.by_name[words[1]].settle("read", data)
        elif words[0] == "error" and len(words) > 1 and words[1] in self.by_name:
            self.by_name[words[1]].settle("error", text=" ".join(words[2:]))
        elif words[0] in self.by_name:
            self.by_name[words[0]].notify(bytes.fromhex("".join(words[1:])))
        else:
            say(pty="unknown", line=" ".join(words))

    # In the air

    def advertise(self):
        """Heard, if anybody searches."""
        if not self.present or self.own["Connected"] or not adapter.searchers:
            return
        self.rssi = -60 if self.rssi != -60 else -61
        if not self.known:
            self.known = True
            self.own["RSSI"] = dbus.Int16(self.rssi)
            root.add(self)
        else:
            self.change({"RSSI": dbus.Int16(self.rssi)})

    def drop(self):
        self.present = False
        self.disconnected()

    def come_back(self):
        self.present = True
        self.advertise()
        if self.pending:
            self.connected()

    def forget(self):
        self.disconnected()
        if self.known:
            self.known = False
            root.remove(self)
            # The object can be found again.
            self.add_to_connection(bus, self.path)

    def disconnected(self):
        self.epoch += 1
        if self.pending:
            self.pending[1](error("Failed", "le-connection-abort-by-local"))
            self.pending = None
        for characteristic in self.characteristics:
            characteristic.disconnect()
        if self.own["Connected"]:
            say(disconnected=self.address)
            self.change({
                "Connected": dbus.Boolean(False), "ServicesResolved": dbus.Boolean(False)})

    def connected(self):
        answer, _ = self.pending
        self.pending = None
        say(connected=self.address)
        self.own.pop("RSSI", None)
        self.change({"Connected": dbus.Boolean(True)})
        answer()
        epoch = self.epoch
        later(self.told.get("resolve_ms", 20), lambda: self.resolve(epoch))

    def resolve(self, epoch):
        if epoch != self.epoch:
            return
        for characteristic in self.characteristics:
            if characteristic.path not in root.things:
                root.add(characteristic)
        if "battery" in self.told and "org.bluez.Battery1" not in self.interfaces:
            battery = {"Percentage": dbus.Byte(int(self.told["battery"]))}
            self.interfaces["org.bluez.Battery1"] = battery
            root.InterfacesAdded(self.path, {"org.bluez.Battery1": battery})
        self.change({"ServicesResolved": dbus.Boolean(True)})

    # The interface

    @dbus.service.method("org.bluez.Device1", async_callbacks=("answer", "refuse"))
    def Connect(self, answer, refuse):
        if self.own["Connected"]:
            answer()
            return
        if self.pending:
            refuse(error("InProgress", "Operation already in progress"))
            return
        if self.failures > 0:
            self.failures -= 1
            say(refused=self.address)
            later(20, lambda: refuse(error("Failed", "le-connection-abort-by-local")))
            return
        self.pending = (answer, refuse)
        mine = self.pending

        def arrive():
            if self.pending is mine and self.present:
                self.connected()

        def give_up():
            if self.pending is mine:
                self.pending = None
                refuse(error("Failed", "le-connection-abort-by-local"))

        later(self.told.get("connect_ms", 10), arrive)
        later(self.told.get("give_up_ms", 2000) + self.told.get("connect_ms", 10), give_up)

    @dbus.service.method("org.bluez.Device1")
    def Disconnect(self):
        say(disconnect=self.address)
        # As BlueZ does: the answer is there before the link is down.
        self.disconnected()

    @dbus.service.method(
        "org.bluez.Device1", in_signature="s", async_callbacks=("answer", "refuse"))  # fmt: skip
    def ConnectProfile(self, uuid, answer, refuse):
        if not self.told.get("serial") or not self.present:
            refuse(error("Failed", "br-connection-page-timeout"))
            return
        client = plain.profiles.get(uuid)
        if client is None:
            refuse(error("NotAvailable", "br-connection-profile-unavailable"))
            return
        mine, theirs = socket.socketpair()
        self.line = mine
        GLib.io_add_watch(mine.fileno(), GLib.IO_IN | GLib.IO_HUP, self.echo)
        profile = dbus.Interface(bus.get_object(*client, introspect=False), "org.bluez.Profile1")

        def connected():
            self.change({"Connected": dbus.Boolean(True)})
            answer()

        profile.NewConnection(
            dbus.ObjectPath(self.path), dbus.types.UnixFd(theirs.fileno()),
            dbus.Dictionary({}, signature="sv"), reply_handler=connected,
            error_handler=refuse, signature="oha{sv}")  # fmt: skip
        theirs.close()

    def echo(self, number, condition):
        piece = self.line.recv(4096) if self.line else b""
        if not piece:
            say(line="closed")
            return False
        self.line.send(piece)
        return True

    @dbus.service.method("org.bluez.Device1", in_signature="s")
    def DisconnectProfile(self, uuid):
        say(disconnect=self.address, profile=uuid)
        self.change({"Connected": dbus.Boolean(False)})

    @dbus.service.method("org.bluez.Device1", async_callbacks=("answer", "refuse"))
    def Pair(self, answer, refuse):
        if self.own["Paired"]:
            refuse(error("AlreadyExists", "Already Exists"))
            return
        told = self.told.get("pairing", {"method": "none"})
        passkey = int(told.get("passkey", 0))

        def paired(reply=None):
            if reply is not None and str(reply) != str(told.get("code", passkey)):
                refuse(error("AuthenticationFailed", "Authentication Failed"))
                return
            say(paired=self.address)
            self.change({"Paired": dbus.Boolean(True)})
            answer()

        def rejected(problem):
            refuse(error("AuthenticationRejected", "Authentication Rejected"))

        method = told.get("method", "none")
        if method == "none":
            paired()
            return
        if plain.agent is None:
            rejected(None)
            return
        agent = dbus.Interface(bus.get_object(*plain.agent, introspect=False), "org.bluez.Agent1")
        path = dbus.ObjectPath(self.path)
        handlers = {"reply_handler": paired, "error_handler": rejected, "timeout": 60}
        if method == "confirm":
            agent.RequestConfirmation(path, dbus.UInt32(passkey), signature="ou", **handlers)
        elif method == "passkey":
            agent.RequestPasskey(path, signature="o", **handlers)
        elif method == "code":
            agent.RequestPinCode(path, signature="o", **handlers)
        elif method == "allow":
            agent.RequestAuthorization(path, signature="o", **handlers)
        elif method == "show":
            agent.DisplayPasskey(
                path, dbus.UInt32(passkey), dbus.UInt16(0), signature="ouq", **handlers)


def client_left(name, old, new):
    if new or not name.startswith(":"):
        return
    for device in devices.values():
        for characteristic in device.characteristics:
            if characteristic.holder == name and characteristic.socket:
                # The other end may be closed already and not be noticed yet.
                peek = b"x"
                try:
                    peek = characteristic.socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
                except BlockingIOError:
                    pass
                except OSError:
                    peek = b""
                if peek:
                    say(crash="left the bus with a socket of AcquireNotify", name=characteristic.name)
                    os._exit(66)
            if name in characteristic.subscribers:
                characteristic.subscribers.discard(name)
                characteristic.end()
    adapter.left(name)


def command(line):
    words = line.split()
    if not words:
        return
    verb, rest = words[0], words[1:]
    device = devices.get(rest[0].upper()) if rest else None
    if verb == "drop":
        device.drop()
    elif verb == "return":
        device.come_back()
    elif verb == "remove":
        device.forget()
    elif verb == "notify":
        for _ in range(int(rest[3]) if len(rest) > 3 else 1):
            device.by_name[rest[1]].notify(bytes.fromhex(rest[2]))
    elif verb == "battery":
        device.change({"Percentage": dbus.Byte(int(rest[1]))}, "org.bluez.Battery1")
    elif verb == "hangup":
        for characteristic in device.characteristics:
            characteristic.close()
    elif verb == "power":
        adapter.searchers.clear()
        adapter.change({"Powered": dbus.Boolean(rest[0] == "on")})
    elif verb == "adapter":
        if rest[0] == "remove":
            root.remove(adapter)
        else:
            adapter.add_to_connection(bus, adapter.path)
            root.add(adapter)
    elif verb == "crash":
        os._exit(0)
    elif verb == "quit":
        loop.quit()
    say(did=line.strip())


def watch_commands(number):
    fcntl.fcntl(number, fcntl.F_SETFL, fcntl.fcntl(number, fcntl.F_GETFL) | os.O_NONBLOCK)
    state = {"text": b""}

    def ready(number, condition):
        try:
            piece = os.read(number, 4096)
        except BlockingIOError:
            return True
        if not piece:
            return False
        *lines, state["text"] = (state["text"] + piece).split(b"\n")
        for line in lines:
            try:
                command(line.decode())
            except Exception as problem:  # noqa: BLE001 - a mistyped command is told and passed over
                say(did=line.decode(), problem=repr(problem))
        return True

    GLib.io_add_watch(number, GLib.IO_IN | GLib.IO_HUP, ready)


def long_uuid(text):
    text = text.lower()
    return {4: "0000" + text + BASE, 8: text + BASE}.get(len(text), text)


def read_profile(path):
    """What a profile says of its device; enough of YAML for the two kinds of lines that matter."""
    told = {"characteristics": []}
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.split(" #")[0]
            pairs = dict(re.findall(r"(\w+): *(\[[^]]*\]|\"[^\"]*\"|[^,{}\s]+)", line))
            if re.match(r"\s*- *\{.*\buuid:", line):
                told["characteristics"].append({**pairs, "uuid": long_uuid(pairs["uuid"])})
            elif re.match(r"\s*- *bluetooth: *\{", line):
                if "name" in pairs:
                    told.setdefault("name", pairs["name"].strip('"').replace("*", " of a test"))
                if "services" in pairs:
                    words = re.findall(r"[0-9a-fA-F-]+", pairs["services"])
                    told.setdefault("services", [long_uuid(word) for word in words])
                if "manufacturer" in pairs:
                    told.setdefault("manufacturer", pairs["manufacturer"])
    if not told["characteristics"]:
        raise SystemExit(f"{path}: no characteristics, so it is no Bluetooth profile")
    return told


def parse_device(text):
    told = {}
    for part in text.split(","):
        key, _, value = part.partition("=")
        if key == "services":
            told[key] = value.split("+")
        elif key == "profile-json":
            with open(value, encoding="utf-8") as file:
                content = json.load(file)
            if isinstance(content, list):
                content = {"characteristics": content}
            told = {**content, **told}
        elif key == "profile":
            told = {**read_profile(value), **told}
        elif key in ("connect_ms", "resolve_ms", "connect_failures", "give_up_ms", "battery"):
            told[key] = int(value)
        else:
            told[key.replace("-", "_")] = value
    return told


parser = argparse.ArgumentParser()
parser.add_argument("--bus", required=True)
parser.add_argument("--device", action="append", default=[])
parser.add_argument("--devices", action="append", default=[])
parser.add_argument("--control")
parser.add_argument("--absent", action="store_true", help="without an adapter")
arguments = parser.parse_args()

dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.bus.BusConnection(arguments.bus)
bus.add_signal_receiver(client_left, "NameOwnerChanged", "org.freedesktop.DBus")
root = Root(bus, "/")
plain = BlueZ(bus, "/org/bluez")
adapter = Adapter()
if arguments.absent:
    adapter.remove_from_connection()
else:
    root.things[adapter.path] = adapter
told = [parse_device(text) for text in arguments.device]
for name in arguments.devices:
    with open(name, encoding="utf-8") as file:
        told += json.load(file)
devices = {}
for one in told:
    device = Device(one)
    devices[device.address] = device
names = dbus.service.BusName("org.bluez", bus, do_not_queue=True)
GLib.timeout_add(200, lambda: [d.advertise() for d in devices.values()] or True)
watch_commands(0)
if arguments.control:
    watch_commands(os.open(arguments.control, os.O_RDWR))
say(ready=True)
loop = GLib.MainLoop()
loop.run()
