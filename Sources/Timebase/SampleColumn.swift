/// One channel's values for a run of samples, in the form they are kept.
public enum SampleColumn: Hashable, Sendable {
    /// Integers as the device sent them (or decimals scaled to integers); the channel's scale and
    /// offset turn them into physical units.
    case integers([Int64])
    /// Numbers that come without a fixed resolution. NaN marks a missing value.
    case reals([Double])

    public var count: Int {
        switch self {
        case .integers(let values): values.count
        case .reals(let values): values.count
        }
    }
}

/// Samples that came in one read or one notification.
public struct SamplePacket: Hashable, Sendable {
    /// How many samples the packet completed; at least 1.
    public var count: Int
    /// When the packet was read, or the kernel's own stamp.
    public var arrival: Instant

    public init(count: Int, arrival: Instant) {
        self.count = count
        self.arrival = arrival
    }
}
