import Timebase

/// Puts the kernel's time of a message, which is on CLOCK_REALTIME, on CLOCK_MONOTONIC.
///
/// Both clocks are read at receipt, one between two readings of the other. The kernel's time is not
/// believed where the wall clock may have been set in between: when it lies in the future, longer
/// in the past than anything waits, or when the two clocks moved against each other since the message
/// before by more than the readings' uncertainty (the kernel steers both alike, so that their distance
/// changes only when the wall clock is set). Then the time of reading stands.
public struct PacketClock: Sendable {
    private let longestWait: Int64
    private var before: TimeTriple?

    /// - Parameter longestWait: how long a message may wait to be read, in nanoseconds.
    public init(longestWait: Int64 = 1_000_000_000) { self.longestWait = longestWait }

    /// The message's arrival.
    /// - Parameters:
    ///   - realtime: the kernel's time in nanoseconds; 0 where there is none.
    ///   - now: the clocks, read right after the message.
    public mutating func arrival(realtime: Int64, now: TimeTriple) -> Instant {
        let last = before
        before = now
        guard realtime != 0 else { return now.monotonic }
        let (age, overflow) = now.realtime.subtractingReportingOverflow(realtime)
        let slack = now.uncertainty + 1000
        guard !overflow, age >= -slack, age <= longestWait else { return now.monotonic }
        if let last {
            let monotonic = now.monotonic - last.monotonic
            let moved = (now.realtime - last.realtime) - monotonic
            let allowed = now.uncertainty + last.uncertainty + 10_000
            guard moved.magnitude <= UInt64(max(0, allowed)) else { return now.monotonic }
        }
        return now.monotonic + -max(0, age)
    }
}
