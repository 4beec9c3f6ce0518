/// Whose clock a client's times are on.
public enum LinkClock: String, Codable, Hashable, Sendable, CaseIterable {
    case station
    case own
}
