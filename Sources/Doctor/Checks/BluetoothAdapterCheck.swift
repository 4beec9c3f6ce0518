/// A Bluetooth adapter: there, and not switched off.
struct BluetoothAdapterCheck: StationCheck {
    static let name = "bluetooth"

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        guard station.settings.devices.contains(where: { $0.address != nil }) else { return [] }
        let adapters = machine.names("/sys/class/bluetooth").filter {
            $0.hasPrefix("hci") && !$0.contains(":")
        }
        guard !adapters.isEmpty else {
            return [
                missing(
                    "this machine has no Bluetooth adapter that its kernel knows",
                    mend: "plug one in, then: dmesg | grep -i bluetooth")
            ]
        }
        let switches = machine.names("/sys/class/rfkill").filter {
            machine.trimmed("/sys/class/rfkill/\($0)/type") == "bluetooth"
        }
        for name in switches where machine.trimmed("/sys/class/rfkill/\(name)/hard") == "1" {
            return [
                missing(
                    "Bluetooth is switched off by a switch of the machine (\(name))",
                    mend: "turn that switch, or allow it in the firmware's setup; then: rfkill list"
                )
            ]
        }
        for name in switches where machine.trimmed("/sys/class/rfkill/\(name)/soft") == "1" {
            return [
                missing("Bluetooth is blocked (\(name))", mend: "sudo rfkill unblock bluetooth")
            ]
        }
        return [ok("\(adapters.joined(separator: ", ")), not blocked")]
    }
}
