import Timebase

/// A sleep of the machine between two readings of its clocks. CLOCK_MONOTONIC stood still, so that it has no
/// length on the session's clock.
struct MachineSleep: Hashable {
    /// Last reading before it.
    var after: Instant
    /// First reading behind it.
    var until: Instant
    /// How long.
    var nanoseconds: Int64
}

extension SessionRows {
    /// The machine's sleeps, in order.
    func sleeps() throws(SessionStoreError) -> [MachineSleep] {
        let row = try statement(
            """
            SELECT monotonic_ns, boottime_ns, realtime_ns, uncertainty_ns FROM time_triples
              ORDER BY id
            """)
        var sleeps: [MachineSleep] = []
        var last: TimeTriple?
        while try row.step() {
            let triple = row.timeTriple()
            if let last {
                let slept = triple.slept(since: last)
                if slept > 0 {
                    sleeps.append(
                        MachineSleep(
                            after: last.monotonic, until: triple.monotonic, nanoseconds: slept))
                }
            }
            last = triple
        }
        return sleeps
    }
}

extension RowStatement {
    /// The reading in a row that begins with `monotonic_ns, boottime_ns, realtime_ns, uncertainty_ns`.
    func timeTriple() -> TimeTriple {
        TimeTriple(
            monotonic: instant(0), boottime: nanoseconds(1), realtime: realtime(2),
            uncertainty: nanoseconds(3))
    }
}
