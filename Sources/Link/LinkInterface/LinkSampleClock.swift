/// What the times of a linked stream are derived from.
public enum LinkSampleClock: String, Codable, Hashable, Sendable, CaseIterable {
    case counter
    case arrival
    case stamped
}
