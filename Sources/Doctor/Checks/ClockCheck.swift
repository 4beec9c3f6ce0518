/// Whether a time service keeps the wall clock right.
///
/// Times of a recording do not depend on it; when it was, as people tell it, does.
struct ClockCheck: StationCheck {
    static let name = "clock"

    private static let services = [
        ("chronyd", "chronyd"), ("ntpd", "ntpd"), ("systemd-timesyncd", "systemd-timesyn"),
        ("ptp4l", "ptp4l"), ("phc2sys", "phc2sys"),
    ]

    func look(at machine: any Machine, _ station: StationFacts) -> [Finding] {
        let running = Set(
            machine.names("/proc").filter { UInt32($0) != nil }.compactMap {
                machine.trimmed("/proc/\($0)/comm")
            })
        let keepers = Self.services.filter { running.contains($0.1) }.map(\.0)
        let keeper =
            keepers.isEmpty ? "no time service runs" : keepers.joined(separator: ", ") + " runs"
        let mend =
            keepers.isEmpty
            ? "sudo apt-get install systemd-timesyncd && sudo timedatectl set-ntp true"
            : "see whether its servers are reached: timedatectl timesync-status, or chronyc sources"
        let clock = machine.clock
        switch clock.isSynchronised {
        case true?:
            let bound = clock.errorBound.map { " to ±\($0 / 1_000_000) ms" } ?? ""
            if keepers.isEmpty {
                return [
                    ok(
                        "the wall clock is synchronised\(bound), by what does not run as a service here"
                    )
                ]
            }
            return [ok("the wall clock is synchronised\(bound); \(keeper)")]
        case false?: return [warning("the wall clock is not synchronised; \(keeper)", mend: mend)]
        case nil:
            return [unknown("the kernel does not tell of the wall clock; \(keeper)", mend: mend)]
        }
    }
}
