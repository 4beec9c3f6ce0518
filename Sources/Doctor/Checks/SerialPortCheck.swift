/// Whether the recorder may open serial ports and the keyboards.
struct SerialPortCheck: StationCheck {
    static let name = "devices"

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        if !station.isInstalled, machine.caller.user == 0 { return [ok("root opens everything")] }
        let accounts = Accounts(machine)
        guard let user = station.recorder(machine) else {
            return [
                missing("there is no user attune", mend: "sudo systemd-sysusers attune.conf")
            ]
        }
        // The unit gives the service what its user need not have.
        let given = machine.unit("attuned.service")?["SupplementaryGroups"] ?? ""
        let unit = station.isInstalled ? Set(given.split(separator: " ").map(String.init)) : []
        return [("dialout", "serial ports"), ("input", "keyboards and pointers")].map {
            group, what in
            guard let entry = accounts.group(group) else {
                return missing(
                    "there is no group \(group), to which \(what) belong",
                    mend: "sudo groupadd --system \(group)")
            }
            if unit.contains(group) || accounts.groups(of: user).contains(entry.number) {
                return ok("\(user.name) opens \(what), by the group \(group)")
            }
            let needs =
                group == "dialout" || !station.settings.keyboards.isEmpty
                || !station.settings.pointers.isEmpty
            let mend =
                station.isInstalled
                ? "sudo systemctl revert attuned && sudo systemctl restart attuned"
                : "sudo usermod -aG \(group) \(user.name), then sign out and in again"
            let seen = "\(user.name) may not open \(what): not in the group \(group)"
            return needs ? missing(seen, mend: mend) : warning(seen, mend: mend)
        }
    }
}
