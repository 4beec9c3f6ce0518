/// BlueZ: there, running, and of a version without known faults.
struct BluetoothCheck: StationCheck {
    static let name = "bluez"

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        guard station.settings.devices.contains(where: { $0.address != nil }) else {
            return [ok("the settings name no Bluetooth device")]
        }
        let program = [
            "/usr/libexec/bluetooth/bluetoothd", "/usr/lib/bluetooth/bluetoothd",
            "/usr/sbin/bluetoothd",
        ]
        .first { machine.exists($0) }
        guard let program else {
            return [missing("BlueZ is not installed", mend: "sudo apt-get install bluez")]
        }
        var found: [Finding] = []
        let isRunning = machine.names("/proc").contains {
            UInt32($0) != nil && machine.trimmed("/proc/\($0)/comm") == "bluetoothd"
        }
        found.append(
            isRunning
                ? ok("bluetoothd runs")
                : missing("bluetoothd does not run", mend: "sudo systemctl enable --now bluetooth"))
        let version = machine.answer(program, ["--version"])?.output.trimmed ?? ""
        switch version {
        case "":
            found.append(
                unknown("bluetoothd does not tell its version", mend: "\(program) --version"))
        case "5.66":
            found.append(
                warning(
                    "BlueZ 5.66 crashes when a device goes away while its notifications are read "
                        + "(AcquireNotify); attuned connects again",
                    mend:
                        "install BlueZ 5.68 or newer, from the release's backports: apt list -a bluez"
                ))
        default: found.append(ok("BlueZ \(version)"))
        }
        return found
    }
}
