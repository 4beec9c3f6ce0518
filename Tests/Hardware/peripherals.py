"""Bluetooth sensors on the air of a made-up radio, whose other end is the guest's own controller: bumble
speaks the link and the attribute protocol, this file what is in the attributes. Written from the
services' specifications, independent of the daemon's decoders and of the virtual devices."""

import asyncio
import random
import struct
import threading
import time

from bumble import hci
from bumble.controller import Controller
from bumble.core import AdvertisingData, PhysicalTransport
from bumble.device import Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport import open_transport

READ, WRITE = Characteristic.Properties.READ, Characteristic.Properties.WRITE
NOTIFY, INDICATE = Characteristic.Properties.NOTIFY, Characteristic.Properties.INDICATE
READABLE, WRITEABLE = Characteristic.READABLE, Characteristic.WRITEABLE
BIG_PACKET = 251  # octets that the link carries at once: a whole packet of a sensor


class Link(LocalLink):
    """bumble's link sends a sensor's data from its random address even where the guest connected to it
    from its public one, and the other side then knows nobody of that address."""

    def send_acl_data(self, sender, destination, transport, data):
        connection = sender.le_connections.get(destination)
        receiver = self.find_le_controller(destination)
        if transport == PhysicalTransport.LE and connection and receiver:
            asyncio.get_running_loop().call_soon(
                receiver.on_link_acl_data, connection.self_address, transport, data)
        else:
            super().send_acl_data(sender, destination, transport, data)


def prepare(controller):
    """Claims no more than bumble's controller can do: Linux waits for events of address resolution that it
    never sends. No extended advertising either."""
    features = hci.LeFeatureMask
    controller.le_features = (
        features.LE_ENCRYPTION | features.LE_DATA_PACKET_LENGTH_EXTENSION | features.LE_PING)
    controller.le_acl_data_packet_length = controller.acl_data_packet_length = BIG_PACKET
    controller.supported_max_tx_octets = controller.supported_max_rx_octets = BIG_PACKET
    controller.suggested_max_tx_octets = BIG_PACKET


class Radio:
    """The guest's controller and the sensors around it, on a thread of their own."""

    def __init__(self, uart, *sensors):
        """`uart` is the path of the socket of the guest's UART."""
        self.uart = str(uart)
        self.sensors = sensors
        self.failure = None
        self.ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        if not self.ready.wait(60):
            raise TimeoutError("waited 60 s for the made-up Bluetooth sensors")
        if self.failure:
            raise self.failure

    def _run(self):
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_until_complete(self._main())
        except asyncio.CancelledError:
            pass
        except Exception as error:
            self.failure = error
        self.ready.set()

    async def _main(self):
        self.main = asyncio.current_task()
        self.link = Link()
        async with await open_transport("unix:" + self.uart) as transport:
            self.controller = Controller(
                "guest", host_source=transport.source, host_sink=transport.sink, link=self.link,
                public_address="00:11:22:33:44:01")
            prepare(self.controller)
            for number, sensor in enumerate(self.sensors):
                await sensor.power_on(self, number)
            self.ready.set()
            await asyncio.gather(*(sensor.run() for sensor in self.sensors))

    def do(self, step):
        """Runs a coroutine on the radio's thread and waits for it."""
        return asyncio.run_coroutine_threadsafe(step, self.loop).result(30)

    def close(self):
        if self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.main.cancel)
            self.thread.join(20)


class Sensor:
    """What all sensors have: advertising, one connection, services for battery and device information."""

    name = ""
    address = ""
    manufacturer = None
    information = {"2A29": b"Maker", "2A24": b"Model", "2A25": b"0042", "2A26": b"1.0"}
    battery = 85

    def __init__(self):
        self.connection = None
        self.connections = 0
        self.endings = []
        self.advertises = False

    def services(self):
        """The services that make the sensor what it is."""
        raise NotImplementedError

    async def run(self):
        """What it does for as long as it has power."""
        raise NotImplementedError

    async def power_on(self, radio, number):
        self.radio = radio
        self.controller = Controller(
            self.name, link=radio.link, public_address=f"00:11:22:33:44:{16 + number:02X}")
        prepare(self.controller)
        host = Host()
        host.controller = self.controller
        self.device = Device(name=self.name, address=Address(self.address), host=host)
        self.device.gatt_server.max_mtu = 232
        level = Characteristic("2A19", READ | NOTIFY, READABLE, bytes([self.battery]))
        facts = [Characteristic(uuid, READ, READABLE, value) for uuid, value in self.information.items()]
        self.device.add_services(
            [*self.services(), Service("180F", [level]), Service("180A", facts)])
        # Without the flags, BlueZ's search makes no device of what it hears.
        self.device.advertising_data = bytes(AdvertisingData([
            (AdvertisingData.FLAGS, b"\x06"),
            (AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, struct.pack("<H", 0x180D)),
            (AdvertisingData.COMPLETE_LOCAL_NAME, self.name.encode())]))
        if self.manufacturer is not None:
            self.device.scan_response_data = bytes(AdvertisingData([
                (AdvertisingData.MANUFACTURER_SPECIFIC_DATA,
                 struct.pack("<H", self.manufacturer) + b"\x01\x02")]))
        self.device.on("connection", self._connected)
        await self.device.power_on()
        await self.advertise()

    def _connected(self, connection):
        self.connection = connection
        self.connections += 1
        self.advertises = False
        connection.on("disconnection", self._disconnected)

    def _disconnected(self, reason):
        self.connection = None
        self.endings.append(reason)

    async def advertise(self):
        """Can be found and connected again. A sensor does not by itself start again after a connection:
        the test says when it is back."""
        if not self.advertises:
            self.advertises = True
            await self.device.start_advertising(
                auto_restart=False, advertising_interval_min=100, advertising_interval_max=100)

    async def drop(self):
        """Ends the connection as a sensor does that is switched off."""
        await self.connection.disconnect(hci.HCI_REMOTE_USER_TERMINATED_CONNECTION_ERROR)

    async def lose(self):
        """Both ends hear nothing of each other any more, as when the participant leaves the room."""
        for controller in (self.radio.controller, self.controller):
            for connection in list(controller.le_connections.values()):
                if controller is self.controller or connection.peer_address in (
                        self.controller.random_address, self.controller.public_address):
                    controller.on_le_disconnected(connection, 0x08)

    def subscribed(self, characteristic):
        """Whether the connected one wants to hear of a characteristic."""
        if self.connection is None:
            return False
        subscribers = self.device.gatt_server.subscribers.get(self.connection, {})
        return subscribers.get(characteristic.handle, b"\0\0") != b"\0\0"


class HeartRateStrap(Sensor):
    """A chest strap of the Heart Rate Service: a packet a second with the rate and one or two RR
    intervals. `sent` holds, for each connection, what was notified: (rate, intervals in 1/1024 s)."""

    name = "HRM-Test"
    address = "F0:F1:F2:F3:F4:F5"

    def __init__(self, seed):
        super().__init__()
        self.random = random.Random(seed)
        self.sent = []

    def services(self):
        self.measurement = Characteristic("2A37", NOTIFY, READABLE, b"")
        place = Characteristic("2A38", READ, READABLE, b"\x01")
        return [Service("180D", [self.measurement, place])]

    async def run(self):
        heard = quiet = 0
        while True:
            await asyncio.sleep(1)
            if not self.subscribed(self.measurement):
                continue
            if heard != self.connections:
                # bluetoothd drops what comes between the subscription and the socket that it hands out once it
                # knows all services, so that no program could have it: the first packet comes behind that.
                heard = self.connections
                quiet = 2
            if quiet > 0:
                quiet -= 1
                if quiet == 0:
                    self.sent.append([])
                continue
            rate = self.random.randint(55, 95)
            intervals = [self.random.randint(650, 1100) for _ in range(self.random.randint(1, 2))]
            self.sent[-1].append((rate, intervals))
            # Bits: contact is supported and there, intervals follow.
            packet = struct.pack(f"<BB{len(intervals)}H", 0x16, rate, *intervals)
            await self.device.notify_subscriber(self.connection, self.measurement, packet)


class PolarStrap(Sensor):
    """A Polar H10 as far as the measurement data service goes: settings, start and stop of ECG and
    acceleration, raw frames with the strap's own clock. Streams go on while nobody is connected.

    `sent` holds by measurement type a list of runs, one for each start; a run is a list of samples that
    were notified, with the strap's time of each packet's last sample in `times`."""

    name = "Polar H10 0A0B0C0D"
    address = "F0:F1:F2:F3:F4:F6"
    manufacturer = 0x006B
    uuid = "FB005C8{}-02E7-F387-1CAD-8ACD2D8DF0C8"
    ECG, ACCELERATION = 0, 2
    # By type: rate in Hz, samples in a packet, settings as told.
    kinds = {
        ECG: (130, 73, bytes.fromhex("00018200 01010E00")),
        ACCELERATION: (200, 36, bytes.fromhex("0004190032006400C800 01011000 0203020004000800")),
    }
    epoch = 599616000 * 10**9  # the strap's clock starts at 2019-01-01, counted from 2000-01-01

    def __init__(self, seed):
        super().__init__()
        self.random = random.Random(seed)
        self.sent = {kind: [] for kind in self.kinds}
        self.times = {kind: [] for kind in self.kinds}
        self.writes = []
        self.running = {}

    def services(self):
        self.control = Characteristic(
            self.uuid.format(1), READ | WRITE | INDICATE, READABLE | WRITEABLE,
            CharacteristicValue(read=lambda _: b"\x0f\x05\x00", write=self._written))
        self.data = Characteristic(self.uuid.format(2), NOTIFY, READABLE, b"")
        rate = Characteristic("2A37", NOTIFY, READABLE, b"")
        return [Service("180D", [rate]), Service(self.uuid.format(0), [self.control, self.data])]

    def _written(self, connection, value):
        value = bytes(value)
        self.writes.append(value)
        command, kind = value[0], value[1] if len(value) > 1 else 0
        status, parameters = 0, b""
        if command == 1 and kind in self.kinds:
            parameters = self.kinds[kind][2]
        elif command == 2 and kind in self.kinds:
            if kind in self.running:
                status = 6  # in that state already
            else:
                self.sent[kind].append([])
                self.times[kind].append([])
                self.running[kind] = time.monotonic()
        elif command == 3 and kind in self.kinds:
            status = 0 if self.running.pop(kind, None) else 6
        else:
            status = 1 if command > 3 else 2
        reply = bytes([0xF0, command, kind, status, 0]) + parameters
        asyncio.ensure_future(self.device.indicate_subscriber(connection, self.control, reply))

    def _sample(self, kind):
        """The next sample: microvolts of the ECG, or milli-g of three axes."""
        if kind == self.ECG:
            return (self.random.randint(-2000, 4000),)
        return tuple(self.random.randint(-4000, 4000) for _ in range(3))

    async def run(self):
        made = {}
        while True:
            await asyncio.sleep(0.02)
            for kind, begun in list(self.running.items()):
                rate, size, _ = self.kinds[kind]
                if made.get(kind, (None, 0))[0] != begun:
                    made[kind] = (begun, 0)
                count = made[kind][1] + size
                if (time.monotonic() - begun) * rate < count:
                    continue
                made[kind] = (begun, count)
                samples = [self._sample(kind) for _ in range(size)]
                if not self.subscribed(self.data):
                    continue
                stamp = self.epoch + int(begun * 1e9) + (count - 1) * 10**9 // rate
                width = 3 if kind == self.ECG else 2
                content = b"".join(value.to_bytes(width, "little", signed=True)
                                   for sample in samples for value in sample)
                # Raw frames: type 0 of the ECG has 24 bits, type 1 of the acceleration 16.
                head = struct.pack("<BQB", kind, stamp, 0 if kind == self.ECG else 1)
                self.sent[kind][-1].append(samples)
                self.times[kind][-1].append(stamp)
                await self.device.notify_subscriber(self.connection, self.data, head + content)
