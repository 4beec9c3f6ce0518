import Timebase

/// The heartbeats of one stretch of an ECG, found from that stretch alone, so that a seek shows the
/// same beats as playing there.
public struct HeartbeatTile: Sendable {
    /// Nanoseconds of a tile, and of what is looked at beyond each of its ends.
    public static let length: Int64 = 10_000_000_000
    public static let margin: Int64 = 1_500_000_000
    /// The longest time between two beats that counts as one: 30 beats a minute.
    public static let longestInterval: Int64 = 2_000_000_000

    public let start: Instant
    public var end: Instant { start + Self.length }
    public private(set) var peaks: [Instant] = []

    public init(number: Int64) { start = Instant(nanoseconds: number * Self.length) }

    /// Finds the peaks in the tile's samples and those of its margins.
    public mutating func find(in values: [Double], times: [Instant]) {
        peaks = RPeakDetector.peaks(in: values, times: times).filter { start <= $0 && $0 < end }
    }
}
