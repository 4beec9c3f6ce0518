"""What tests of Bluetooth sensors share: the guest's controller, and the sensors around it."""

import shutil

import image
import peripherals
from station import PATIENCE, StationTest

ADAPTER = "busctl --system get-property org.bluez /org/bluez/hci0 org.bluez.Adapter1"


class BluetoothTest(StationTest):
    def radio(self, *sensors):
        """Puts sensors on the air and a controller into the guest."""
        radio = peripherals.Radio(self.guest.folder / "bluetooth", *sensors)
        self.addCleanup(radio.close)
        self.guest.start("exec btattach -B /dev/ttyS1 -S 3000000 -P h4 >/tmp/btattach.log 2>&1")
        self.guest.wait_until(f"{ADAPTER} Powered | grep true", "the controller is on", PATIENCE)
        self.bluetoothd = self.guest.run("pidof bluetoothd").strip()
        return radio

    def assert_bluetoothd_survived(self):
        self.assertEqual(self.guest.run("pidof bluetoothd").strip(), self.bluetoothd, "bluetoothd crashed")

    def copy_tool(self, name):
        shutil.copy(image.HERE / "tools" / name, self.guest.share)
