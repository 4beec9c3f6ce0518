import Timebase

/// Puts moments of a recorder's clock, in seconds, on a session's, in nanoseconds.
struct RecorderTime: Hashable, Sendable {
    /// Nanoseconds of the session's clock less those of the recorder's.
    var shift: Int64 = 0

    /// Moments beyond this are put there: nine years from the session's origin.
    static let largest: Int64 = 1 << 58

    func nanoseconds(_ seconds: Double) -> Int64 {
        guard seconds.isFinite else { return 0 }
        let (sum, overflow) = Self.exact(seconds).addingReportingOverflow(shift)
        guard !overflow else { return seconds < 0 ? -Self.largest : Self.largest }
        return min(max(sum, -Self.largest), Self.largest)
    }

    /// Nanoseconds of finite seconds; those beyond what stamps can be are taken for the farthest that can.
    static func exact(_ seconds: Double) -> Int64 {
        let bounded = min(max(seconds, -StampCleaner.largest), StampCleaner.largest)
        // Whole seconds apart, so that as much of the fraction is kept as the number has.
        let whole = bounded.rounded(.down)
        return Int64(whole) * 1_000_000_000 + Int64(((bounded - whole) * 1e9).rounded())
    }
}
