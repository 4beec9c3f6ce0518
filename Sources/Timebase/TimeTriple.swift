/// The three clocks of one machine, read at the same moment.
///
/// Monotonic is the clock of everything stored; boottime also counts sleep; realtime is the wall
/// clock (UTC, nanoseconds since 1970). The three are read one after another between two readings
/// of the monotonic clock, and `uncertainty` is half the distance between those two.
public struct TimeTriple: Hashable, Sendable, Codable {
    /// Midpoint of the two bracketing readings of CLOCK_MONOTONIC.
    public var monotonic: Instant
    /// CLOCK_BOOTTIME in nanoseconds.
    public var boottime: Int64
    /// CLOCK_REALTIME in nanoseconds since 1970-01-01 UTC.
    public var realtime: Int64
    /// Half the bracket's width in nanoseconds: the largest error of the pairing.
    public var uncertainty: Int64

    public init(monotonic: Instant, boottime: Int64, realtime: Int64, uncertainty: Int64) {
        self.monotonic = monotonic
        self.boottime = boottime
        self.realtime = realtime
        self.uncertainty = uncertainty
    }

    /// Nanoseconds that the machine slept from an earlier reading of the same boot to this one; 0 where
    /// that is less than their uncertainty tells apart.
    public func slept(since earlier: TimeTriple) -> Int64 {
        let slept = boottime &- earlier.boottime &- (monotonic - earlier.monotonic)
        return slept > uncertainty + earlier.uncertainty + 10_000 ? slept : 0
    }
}
