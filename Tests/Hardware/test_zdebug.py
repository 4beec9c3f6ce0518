import time
from station import StationTest
class Debug(StationTest):
    def test_debug(self):
        print(self.guest.run("ls -l /dev/input /dev/input/by-id; for e in /dev/input/event*; do udevadm info $e; cat /sys/class/input/$(basename $e)/device/name; done; cat /proc/bus/input/devices; cat /etc/dbus-1/system.d/bluetooth.conf /usr/share/dbus-1/system.d/bluetooth.conf; loginctl; systemd-inhibit --list"))
