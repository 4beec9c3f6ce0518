/// Whether needrestart would restart a daemon that records.
struct RestartCheck: StationCheck {
    static let name = "restarts"

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        guard machine.hasProgram("needrestart") else {
            return [ok("needrestart is not installed")]
        }
        let folder = "/etc/needrestart/conf.d"
        let files = machine.names(folder).filter { $0.hasSuffix(".conf") }.map { "\(folder)/\($0)" }
        let isSpared = files.contains { path in
            (machine.text(path) ?? "").split(separator: "\n").contains {
                !$0.trimmed.hasPrefix("#") && $0.contains("override_rc") && $0.contains("attune")
            }
        }
        guard isSpared else {
            return [
                warning(
                    "needrestart would restart attuned after an upgrade of its libraries, also while it records",
                    mend: station.isInstalled
                        ? "sudo apt-get install --reinstall -o Dpkg::Options::=--force-confmiss attune"
                        : "printf '$nrconf{override_rc}{qr(^attune)} = 0;\\n' | sudo tee \(folder)/attune.conf"
                )
            ]
        }
        return [ok("needrestart leaves Attune's services alone")]
    }
}

extension Substring {
    var trimmed: String { String(self).trimmed }
}
