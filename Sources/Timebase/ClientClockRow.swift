/// A stretch of a client's clock on one line, as it goes into the file.
struct ClientClockRow: Hashable, Sendable {
    /// Nanoseconds of the client's clock, from and to.
    var first: Int64
    var last: Int64
    /// The station's time at `first`.
    var origin: Instant
    /// Nanoseconds of the station's clock in one of the client's.
    var rate: Double
    var bound: Int64
    /// The station's clock runs so much faster, as a fraction.
    var drift: Double
    var jitter: Int64

    func time(of client: Int64) -> Instant {
        origin + Int64(clamping: (Double(client &- first) * rate).rounded())
    }

    /// The row of `clock_segments`: its index counts microseconds of the client's clock. nil where that
    /// is below zero, which no file can hold.
    var segment: ClockSegment? {
        guard first >= 0 else { return nil }
        let index = first / 1_000
        return ClockSegment(
            firstIndex: index, lastIndex: max(index, last / 1_000), origin: time(of: index * 1_000),
            period: rate * 1_000, bound: bound, method: RoundTripClock.method,
            driftPPM: drift * 1e6, jitter: jitter)
    }
}
