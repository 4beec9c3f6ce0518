/// The limits that the reader's priority and its locked memory need.
struct RealtimeCheck: StationCheck {
    static let name = "limits"

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        let priority = station.settings.readerPriority
        let (real, locked): (Int64?, Int64?)
        if station.isInstalled, let unit = machine.unit("attuned.service") {
            (real, locked) = (limit(unit["LimitRTPRIO"]), limit(unit["LimitMEMLOCK"]))
        } else {
            let lines = (machine.text("/proc/self/limits") ?? "").split(separator: "\n")
            func row(_ name: String) -> Int64? {
                guard let line = lines.first(where: { $0.hasPrefix(name) }) else { return nil }
                return limit(
                    line.dropFirst(name.count).split(separator: " ").first.map(String.init))
            }
            (real, locked) = (row("Max realtime priority"), row("Max locked memory"))
        }
        guard let real, let locked else { return [unknown("the limits are not told")] }
        let drop = "sudo systemctl edit attuned"
        var found: [Finding] = []
        if priority > 0, real < Int64(priority) {
            found.append(
                missing(
                    "reader_priority is \(priority), and the limit is \(real)",
                    mend: station.isInstalled
                        ? "\(drop): [Service] LimitRTPRIO=\(priority)"
                        : "set reader_priority to 0, or start it with: prlimit --rtprio=\(priority)"
                ))
        } else {
            found.append(
                ok(
                    priority > 0
                        ? "reader_priority \(priority) is within the limit \(real)"
                        : "no real-time priority is asked for (reader_priority)"))
        }
        if station.isInstalled, locked < 64 << 20 {
            found.append(
                warning(
                    "\(locked >> 10) KiB of memory may be locked: pages of the daemon may be swapped out",
                    mend: "\(drop): [Service] LimitMEMLOCK=infinity"))
        }
        return found
    }

    private func limit(_ text: String?) -> Int64? {
        guard let text, !text.isEmpty else { return nil }
        return ["infinity", "unlimited"].contains(text)
            ? .max : UInt64(text).map { Int64(clamping: $0) }
    }
}
