/// What a stream's sample times are derived from.
public enum ClockKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// The device numbers its samples; index and nominal rate carry the time.
    case counter
    /// Nothing but arrival times, at a roughly regular rate.
    case arrival
    /// Each sample carries its own time on the station's clock (kernel event time).
    case stamped
}
