#!/usr/bin/python3
"""Listens to a Bluetooth sensor through bluetoothd and its D-Bus interface alone, which shows that guest,
controller and sensor are well whatever the daemon does.

    gatt.py ADDRESS SECONDS UUID[=HEX] ...

Connects, acquires notifications of each UUID or writes to it, and prints JSON: the name, how long it took
to connect, and by UUID the notifications, as hexadecimal digits."""

import json
import os
import select
import sys
import time

import dbus

BLUEZ = "org.bluez"
bus = dbus.SystemBus()


def interface(path, name):
    return dbus.Interface(bus.get_object(BLUEZ, path), name)


def objects():
    return interface("/", "org.freedesktop.DBus.ObjectManager").GetManagedObjects()


def wait(what, condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"waited {seconds} s for {what}")
        time.sleep(0.1)


def main():
    address, seconds, *wanted = sys.argv[1:]
    path = "/org/bluez/hci0/dev_" + address.replace(":", "_")
    adapter = interface("/org/bluez/hci0", BLUEZ + ".Adapter1")
    adapter.SetDiscoveryFilter({"Transport": "le"})
    adapter.StartDiscovery()
    wait(f"{address} to be found", lambda: path in objects())
    adapter.StopDiscovery()
    properties = interface(path, dbus.PROPERTIES_IFACE)
    device = interface(path, BLUEZ + ".Device1")
    begun = time.monotonic()
    device.Connect(timeout=60)
    connected = time.monotonic() - begun
    wait("its services", lambda: properties.Get(BLUEZ + ".Device1", "ServicesResolved"))
    places = {str(found[BLUEZ + ".GattCharacteristic1"]["UUID"]): place
              for place, found in objects().items()
              if BLUEZ + ".GattCharacteristic1" in found and place.startswith(path)}
    heard, open_ = {}, {}
    for word in wanted:
        uuid, _, content = word.lower().partition("=")
        characteristic = interface(places[uuid], BLUEZ + ".GattCharacteristic1")
        if content:
            characteristic.WriteValue(bytes.fromhex(content), {"type": "request"})
        else:
            descriptor, _ = characteristic.AcquireNotify({})
            open_[descriptor.take()] = uuid
            heard[uuid] = []
    end = time.monotonic() + float(seconds)
    closed = []
    while open_ and (left := end - time.monotonic()) > 0:
        for descriptor in select.select(list(open_), [], [], left)[0]:
            packet = os.read(descriptor, 600)
            if packet:
                heard[open_[descriptor]].append(packet.hex())
            else:
                closed.append(open_.pop(descriptor))
    # bluetoothd 5.66 crashes when a client leaves with these open.
    for descriptor in open_:
        os.close(descriptor)
    time.sleep(0.5)
    if properties.Get(BLUEZ + ".Device1", "Connected"):
        device.Disconnect(timeout=20)
    name = str(properties.Get(BLUEZ + ".Device1", "Name"))
    print(json.dumps({"name": name, "connected": connected, "heard": heard, "closed": closed}))


main()
