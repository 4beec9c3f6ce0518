/// The rules that keep ModemManager away from sensors: installed, and in force for what is plugged in.
struct UdevRulesCheck: StationCheck {
    static let name = "udev"

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        let file = "70-attune.rules"
        let folders = [
            "/etc/udev/rules.d", "/run/udev/rules.d", "/lib/udev/rules.d", "/usr/lib/udev/rules.d",
        ]
        let hasModemManager = machine.hasProgram("ModemManager")
        guard let folder = folders.first(where: { machine.exists("\($0)/\(file)") }) else {
            let mend =
                station.isInstalled
                ? "sudo apt-get install --reinstall attune"
                : "sudo cp Devices/udev/\(file) /etc/udev/rules.d/ && sudo udevadm control --reload "
                    + "&& sudo udevadm trigger"
            return [
                hasModemManager
                    ? missing(
                        "\(file) is not installed, and ModemManager talks to new serial ports",
                        mend: mend)
                    : warning("\(file) is not installed", mend: mend)
            ]
        }
        if let length = machine.text("\(folder)/\(file)")?.trimmed.count, length == 0 {
            return [warning("\(folder)/\(file) is switched off", mend: "sudo rm \(folder)/\(file)")]
        }
        guard machine.exists("/run/udev/control") else {
            return [
                missing(
                    "udev does not run: nothing that is plugged in is noticed",
                    mend: "sudo apt-get install udev")
            ]
        }
        // Ports that were there before the rules.
        let ignored = sensors(machine).filter { !$0.isIgnored }.map(\.name)
        guard ignored.isEmpty else {
            return [
                warning(
                    "\(folder)/\(file) is not in force for \(ignored.joined(separator: ", "))",
                    mend:
                        "sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=tty"
                )
            ]
        }
        return [
            ok("\(folder)/\(file) is in force" + (hasModemManager ? ", against ModemManager" : ""))
        ]
    }

    /// USB serial ports of the makers that the rules name, by what udev noted of them.
    private func sensors(_ machine: any Machine) -> [(name: String, isIgnored: Bool)] {
        let makers: Set<String> = [
            "0403", "10c4", "1a86", "2341", "2a03", "16c0", "239a", "2886", "1b4f", "2e8a", "303a",
        ]
        return machine.names("/sys/class/tty").filter {
            $0.hasPrefix("ttyUSB") || $0.hasPrefix("ttyACM")
        }.compactMap { name in
            guard let number = machine.trimmed("/sys/class/tty/\(name)/dev"),
                let noted = machine.text("/run/udev/data/c\(number)")
            else { return nil }
            let lines = noted.split(separator: "\n").map(String.init)
            guard let maker = lines.first(where: { $0.hasPrefix("E:ID_VENDOR_ID=") }),
                makers.contains(String(maker.dropFirst("E:ID_VENDOR_ID=".count)))
            else { return nil }
            return (name, lines.contains("E:ID_MM_DEVICE_IGNORE=1"))
        }
    }
}
