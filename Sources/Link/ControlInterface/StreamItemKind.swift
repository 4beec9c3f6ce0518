/// Whether a piece of a stream holds samples or one event.
public enum StreamItemKind: String, Codable, Hashable, Sendable, CaseIterable {
    case samples
    case event
}
