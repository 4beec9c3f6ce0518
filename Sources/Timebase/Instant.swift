/// A moment on the station's one clock: nanoseconds of CLOCK_MONOTONIC.
///
/// Every time inside Attune is an `Instant`; seconds and milliseconds appear only at the edges,
/// with the unit in the name. The clock starts at boot, never steps, and stops while the machine
/// sleeps; `TimeTriple` relates it to the other clocks.
public struct Instant: Hashable, Comparable, Sendable, Codable {
    /// Nanoseconds since the clock's origin.
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public init(from decoder: any Decoder) throws {
        nanoseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(nanoseconds)
    }

    public static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The instant so many nanoseconds later; saturates instead of overflowing.
    public static func + (instant: Instant, nanoseconds: Int64) -> Instant {
        let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(nanoseconds)
        return Instant(nanoseconds: overflow ? (nanoseconds > 0 ? .max : .min) : sum)
    }

    /// The nanoseconds from `earlier` to `later`; saturates instead of overflowing.
    public static func - (later: Instant, earlier: Instant) -> Int64 {
        let (difference, overflow) = later.nanoseconds.subtractingReportingOverflow(
            earlier.nanoseconds)
        return overflow ? (later > earlier ? .max : .min) : difference
    }
}
