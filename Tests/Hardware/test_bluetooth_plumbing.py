"""Guest, controller and made-up sensors without the daemon: what fails here is no fault of it."""

import json

from bluetooth import BluetoothTest
from peripherals import HeartRateStrap, PolarStrap
from station import PATIENCE, long


class BluetoothPlumbingTest(BluetoothTest):
    def listen(self, sensor, seconds, *wanted):
        """What a small client of bluetoothd hears of a sensor."""
        return json.loads(self.guest.run(
            f"python3 /share/gatt.py {sensor.address} {seconds} {' '.join(wanted)}", PATIENCE))

    @long
    def test_bluetoothd_hears_the_made_up_sensors(self):
        strap, polar = HeartRateStrap(seed=5), PolarStrap(seed=6)
        self.radio(strap, polar)
        self.copy_tool("gatt.py")
        measurement = "00002a37-0000-1000-8000-00805f9b34fb"
        heard = self.listen(strap, 8, measurement)
        self.report(f"{heard['name']}: connected in {heard['connected']:.1f} s")
        packets = [bytes.fromhex(packet) for packet in heard["heard"][measurement]]
        [sent] = strap.sent
        self.assertGreaterEqual(len(packets), 3)
        self.assertEqual([packet[1] for packet in packets], [rate for rate, _ in sent[:len(packets)]])

        control, data = (PolarStrap.uuid.format(place).lower() for place in (1, 2))
        heard = self.listen(polar, 5, data, control + "=02000001820001010E00")
        packets = [bytes.fromhex(packet) for packet in heard["heard"][data]]
        self.report(f"{heard['name']}: connected in {heard['connected']:.1f} s, {len(packets)} packets of "
                    f"{len(packets[0])} bytes")
        self.assertEqual({len(packet) for packet in packets}, {229})
        self.assertGreaterEqual(len(packets), 5)
        [[*sent]] = polar.sent[PolarStrap.ECG]
        read = [[int.from_bytes(packet[place:place + 3], "little", signed=True)
                 for place in range(10, 229, 3)] for packet in packets]
        self.assertEqual(read, [[value for value, in samples] for samples in sent[:len(read)]])
        self.assert_bluetoothd_survived()
