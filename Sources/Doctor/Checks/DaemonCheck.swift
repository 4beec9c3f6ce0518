/// The daemon: it answers, is of the command's version, and has no alarm.
struct DaemonCheck: StationCheck {
    static let name = "daemon"

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        guard let status = station.status else {
            let silence = station.silence ?? "nobody answers"
            return [
                station.isInstalled
                    ? missing(silence, mend: "sudo systemctl restart attuned")
                    : warning(silence, mend: "\(station.programs)/attuned")
            ]
        }
        var found: [Finding] = []
        if status.version == station.version {
            found.append(ok("attuned \(status.version) answers"))
        } else {
            found.append(
                warning(
                    "attuned \(status.version) runs, and \(station.version) is installed",
                    mend: status.sessions.isEmpty
                        ? "sudo systemctl restart attuned"
                        : "once no session records: sudo systemctl restart attuned"))
        }
        for alarm in status.alarms where !alarm.acknowledged {
            found.append(warning("alarm: \(alarm.text)", mend: "attune status"))
        }
        return found
    }
}
