import Timebase

/// Follows the times that a Polar sensor gives its packets, and tells losses by them: there is no
/// other counter. A lost packet makes the time from the last packet to this one longer than its
/// samples explain.
struct PolarClock: Hashable, Sendable {
    /// What a packet's time says about the packets before it.
    enum Verdict: Hashable, Sendable {
        /// It follows the last one.
        case follows
        /// So many samples are missing before it; 0 where it cannot be told how many.
        case missing(Int64)
        /// The clock does not fit the last packet's: it was set.
        case reset
    }

    /// Nanoseconds between samples by the nominal rate.
    private let nominal: Double
    /// The same as learned from packets without a loss: one sensor gave 130.061 Hz for 130.
    private var period: Double
    private var previous: Int64?
    /// Whether the next packet is preceded by a break whatever its time says.
    private var isBreakDue = false

    /// The learned period may differ by so much from the nominal one.
    private static var tolerance: Double { 0.2 }
    /// Longer than this is no loss but a clock that was set.
    private static var longest: Int64 { 86_400_000_000_000 }

    init(rate: Int) {
        nominal = 1e9 / Double(max(1, rate))
        period = nominal
    }

    mutating func interrupt() { isBreakDue = previous != nil }

    /// Takes the time of a packet with so many samples (at least one).
    mutating func advance(to time: Int64, count: Int) -> Verdict {
        defer {
            previous = time
            isBreakDue = false
        }
        guard let previous else { return .follows }
        // Both are nanoseconds from 0 to 2⁶³ − 1.
        let elapsed = time - previous
        guard elapsed > 0, elapsed <= Self.longest else { return .reset }
        let surplus = Double(elapsed) / period - Double(count)
        // A lost packet is about as long as this one; a quarter of it leaves room for a rate that is
        // not yet learned and for packets of different lengths.
        let bound = max(0.5, Double(count) / 4)
        if surplus > bound { return .missing(Int64(surplus.rounded())) }
        if surplus < -bound { return .reset }
        if isBreakDue { return .missing(0) }
        let measured = Double(elapsed) / Double(count)
        period += (measured - period) / 16
        period = min(
            max(period, nominal * (1 - Self.tolerance)), nominal * (1 + Self.tolerance))
        return .follows
    }
}

extension PolarClock: SavedState {
    func save(into writer: inout StateWriter) {
        writer.write(period)
        writer.write(previous != nil)
        writer.write(previous ?? 0)
        writer.write(isBreakDue)
    }

    mutating func restore(from reader: inout StateReader) throws(StateError) {
        let period = try reader.read(Double.self)
        let hasPrevious = try reader.read(Bool.self)
        let previous = try reader.read(Int64.self)
        let isBreakDue = try reader.read(Bool.self)
        guard abs(period - nominal) <= nominal * Self.tolerance * 1.001, previous >= 0 else {
            throw .invalid("the saved clock is not one of this stream's")
        }
        self.period = period
        self.previous = hasPrevious ? previous : nil
        self.isBreakDue = isBreakDue
    }
}
