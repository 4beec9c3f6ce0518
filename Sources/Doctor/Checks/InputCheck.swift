import Recording

/// The keyboards and pointers of the settings: plugged in, and readable by who records.
struct InputCheck: StationCheck {
    static let name = "inputs"

    private struct Device {
        var name: String
        var node: String
    }

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        let wanted =
            station.settings.keyboards.map { ($0, "keyboard") }
            + station.settings.pointers.map { ($0, "pointer") }
        guard !wanted.isEmpty else {
            return [ok("the settings name no keyboard and no pointer: no key is recorded")]
        }
        let devices = machine.names("/sys/class/input").filter { $0.hasPrefix("event") }.map {
            Device(
                name: machine.trimmed("/sys/class/input/\($0)/device/name") ?? "",
                node: "/dev/input/\($0)")
        }
        return wanted.filter { $0.0.testSource == nil }.map { input, what in
            look(at: input, what, devices, machine, station)
        }
    }

    private func look(
        at input: StationSettings.Input, _ what: String, _ devices: [Device],
        _ machine: any Machine, _ station: StationFacts
    ) -> Finding {
        let named = input.path ?? input.match ?? ""
        let node: String
        if let path = input.path {
            guard machine.exists(path) else {
                return missing(
                    "the \(what) \(path) is not there",
                    mend: "plug it in, or name one of: ls /dev/input/by-id")
            }
            node = path
        } else {
            guard
                let found = devices.first(where: {
                    $0.name.lowercased().contains(named.lowercased())
                })
            else {
                return missing(
                    "no \(what) is called '\(named)'",
                    mend:
                        "plug it in, or name one of: grep -H . /sys/class/input/event*/device/name")
            }
            node = found.node
        }
        guard let facts = machine.facts(node) else {
            return missing(
                "\(node) is not there", mend: "sudo udevadm trigger --subsystem-match=input")
        }
        let accounts = Accounts(machine)
        guard let user = station.recorder(machine) else {
            return unknown("who records is not known to this machine's own files")
        }
        var groups = accounts.groups(of: user)
        if station.isInstalled, let input = accounts.group("input") { groups.insert(input.number) }
        guard facts.allows(4, user: user.number, groups: groups) else {
            return missing(
                "\(user.name) may not read the \(what) '\(named)' (\(node), mode "
                    + "\(String(facts.mode, radix: 8)))",
                mend: "sudo udevadm trigger --subsystem-match=input --action=change")
        }
        return ok("the \(what) '\(named)' is \(node), and \(user.name) may read it")
    }
}
