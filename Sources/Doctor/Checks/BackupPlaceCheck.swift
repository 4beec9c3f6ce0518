import SessionStore

/// The backup place: set, on another disk, there, and writable for the service.
struct BackupPlaceCheck: StationCheck {
    static let name = "backup"

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        guard let place = station.settings.backup else {
            return [
                warning(
                    "no backup place is set: what this disk loses is lost",
                    mend:
                        "add 'backup: /PATH' to /etc/attune/attuned.yaml, a folder of another disk, "
                        + "then: attune doctor")
            ]
        }
        let name = station.recorder(machine)?.name ?? "attune"
        guard let facts = machine.facts(place), facts.isDirectory else {
            return [
                missing(
                    "the backup place \(place) is not there",
                    mend:
                        "mount its disk, or: sudo install -d -o \(name) -g \(name) -m 0750 \(place)"
                )
            ]
        }
        var found: [Finding] = []
        if let user = station.recorder(machine) {
            let groups = Accounts(machine).groups(of: user)
            if !facts.allows(7, user: user.number, groups: groups) {
                found.append(
                    missing(
                        "\(user.name) may not write to \(place)",
                        mend: "sudo chown \(user.name): \(place) && sudo chmod u+rwx \(place)"))
            }
        }
        if let data = machine.facts(machine.nearest(station.data)), data.device == facts.device {
            found.append(
                warning(
                    "\(place) is on the same file system as \(station.data): one disk loses both",
                    mend: "name a folder of another disk under 'backup' in /etc/attune/attuned.yaml"
                ))
        }
        if station.isInstalled, let unit = machine.unit("attuned.service"),
            unit["ProtectSystem"] == "strict", !isLet(place, unit["ReadWritePaths"] ?? "")
        {
            let open = opened(for: place, machine)
            found.append(
                missing(
                    "the service's sandbox does not let attuned write to \(place)",
                    mend: "sudo mkdir -p /etc/systemd/system/attuned.service.d && printf "
                        + "'[Service]\\nReadWritePaths=-\(open)\\n' | sudo tee "
                        + "/etc/systemd/system/attuned.service.d/backup.conf && sudo systemctl "
                        + "daemon-reload && sudo systemctl restart attuned"))
        }
        if let problem = station.status?.backup?.problem {
            found.append(missing(problem, mend: "attune backup status"))
        } else if let backup = station.status?.backup, backup.waiting > 0 {
            found.append(
                warning(
                    "\(backup.waiting) finished sessions wait to be copied",
                    mend: "attune backup status"))
        } else if station.isInstalled, station.status != nil, station.status?.backup == nil {
            found.append(
                missing(
                    "the daemon that runs does not know of the backup place yet",
                    mend: "sudo systemctl restart attuned"))
        }
        return found.isEmpty ? [ok("finished sessions are copied to \(place)")] : found
    }

    /// The folder to let the service into: that above the mount point, since a disk that is mounted while the
    /// service runs comes up below such a folder alone.
    private func opened(for place: String, _ machine: any Machine) -> String {
        let point = Mount.holding(place, machine)?.point ?? "/"
        let inner = point == "/" ? place : point
        let above = inner[..<(inner.lastIndex(of: "/") ?? inner.startIndex)]
        return above.isEmpty ? inner : String(above)
    }

    private func isLet(_ place: String, _ paths: String) -> Bool {
        paths.split(separator: " ").contains { path in
            let path = path.drop { $0 == "-" || $0 == "+" }
            return place == path || place.hasPrefix("\(path)/") || path == "/"
        }
    }
}
