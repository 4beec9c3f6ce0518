/// Whether a closed lid or an idle machine ends a recording.
///
/// The daemon holds sleep off while it records; a lid is stronger than that, unless logind is told.
struct SleepCheck: StationCheck {
    static let name = "sleep"

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        if machine.unit("sleep.target")?["LoadState"] == "masked" {
            return [ok("this machine never sleeps (sleep.target is masked)")]
        }
        let settings = logind(machine)
        var found: [Finding] = []
        let hasLid = !machine.names("/proc/acpi/button/lid").isEmpty
        let lid = settings["HandleLidSwitch"] ?? "suspend"
        if hasLid, lid != "ignore", lid != "lock" {
            found.append(
                warning(
                    "closing the lid sends this machine to sleep (\(lid)), also while it records",
                    mend: "sudo mkdir -p /etc/systemd/logind.conf.d && printf "
                        + "'[Login]\\nHandleLidSwitch=ignore\\n' | sudo tee "
                        + "/etc/systemd/logind.conf.d/attune.conf && sudo systemctl reload systemd-logind"
                ))
        }
        let idle = settings["IdleAction"] ?? "ignore"
        if idle != "ignore", idle != "lock" {
            found.append(
                warning(
                    "an idle machine does '\(idle)' after \(settings["IdleActionSec"] ?? "30min")",
                    mend: "sudo mkdir -p /etc/systemd/logind.conf.d && printf "
                        + "'[Login]\\nIdleAction=ignore\\n' | sudo tee "
                        + "/etc/systemd/logind.conf.d/attune-idle.conf && sudo systemctl reload systemd-logind"
                ))
        }
        if let finding = lock(machine) { found.append(finding) }
        if found.isEmpty {
            found.append(
                ok(
                    hasLid
                        ? "neither the lid nor idleness sends it to sleep"
                        : "no lid, and idleness does nothing"))
        }
        return found
    }

    /// Logind lets a service hold sleep off where polkit says so, which asks the rule of the package.
    private func lock(_ machine: any Machine) -> Finding? {
        if let unit = machine.unit("polkit.service"), unit["LoadState"] != "loaded" {
            return warning(
                "without polkit the daemon may not hold sleep off while it records",
                mend: "sudo apt-get install polkitd")
        }
        let folders = ["/etc/polkit-1/rules.d", "/usr/share/polkit-1/rules.d"]
        guard !folders.contains(where: { machine.exists("\($0)/attune.rules") }) else { return nil }
        return warning(
            "polkit does not know that the daemon may hold sleep off while it records",
            mend: "sudo apt-get install --reinstall attune")
    }

    /// What logind's settings say, those read last before the others (logind.conf(5)).
    private func logind(_ machine: any Machine) -> [String: String] {
        var files = ["/usr/lib/systemd/logind.conf", "/etc/systemd/logind.conf"]
        var names: [String: String] = [:]
        for folder in ["/usr/lib", "/run", "/etc"].map({ "\($0)/systemd/logind.conf.d" }) {
            for name in machine.names(folder) where name.hasSuffix(".conf") {
                names[name] = "\(folder)/\(name)"
            }
        }
        files += names.sorted { $0.key < $1.key }.map(\.value)
        var settings: [String: String] = [:]
        for file in files {
            for line in (machine.text(file) ?? "").split(separator: "\n") {
                let parts = line.split(separator: "=", maxSplits: 1).map { String($0).trimmed }
                if parts.count == 2, !parts[0].hasPrefix("#") { settings[parts[0]] = parts[1] }
            }
        }
        return settings
    }
}
