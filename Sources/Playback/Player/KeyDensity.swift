import Timebase

/// How many keys went down in each of many equal stretches of time.
public enum KeyDensity {
    /// - Parameters:
    ///   - times: of the presses, in any order.
    ///   - columnWidth: nanoseconds, at least 1.
    public static func counts(
        _ times: [Instant], from: Instant, columnWidth: Int64, columns: Int
    ) -> [Int] {
        var counts = [Int](repeating: 0, count: max(0, columns))
        for time in times where time >= from {
            let column = (time - from) / max(1, columnWidth)
            if column < Int64(counts.count) { counts[Int(column)] += 1 }
        }
        return counts
    }
}
