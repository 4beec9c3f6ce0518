/// Whether whoever asks may watch and control.
struct GroupCheck: StationCheck {
    static let name = "groups"

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        let accounts = Accounts(machine)
        let caller = machine.caller
        guard caller.user != 0 else { return [ok("root may do everything")] }
        guard station.isInstalled else { return [ok("your own daemon takes your orders")] }
        let name = accounts.user(caller.user)?.name ?? "uid \(caller.user)"
        let rights = station.settings.rights
        return [
            look("watch", rights.watch + rights.control, rights.watch, name, caller, accounts),
            look("control", rights.control, rights.control, name, caller, accounts),
        ]
    }

    private func look(
        _ right: String, _ giving: [String], _ usual: [String], _ name: String, _ caller: Caller,
        _ accounts: Accounts
    ) -> Finding {
        let groups = giving.compactMap { accounts.group($0) }
        if let has = groups.first(where: { caller.groups.contains($0.number) }) {
            return ok("\(name) may \(right), by the group \(has.name)")
        }
        if let coming = groups.first(where: { $0.members.contains(name) }) {
            return missing(
                "\(name) was put into the group \(coming.name) after signing in",
                mend: "sign out and in again, or: newgrp \(coming.name)")
        }
        guard let group = usual.first(where: { accounts.group($0) != nil }) else {
            return missing(
                "no group of this machine gives the right to \(right) (\(usual.joined(separator: ", ")))",
                mend: "sudo systemd-sysusers, or name other groups under 'rights' in "
                    + "/etc/attune/attuned.yaml")
        }
        return missing(
            "\(name) may not \(right): not in the group \(group)",
            mend: "sudo usermod -aG \(group) \(name), then sign out and in again")
    }
}
