/// Whether a linked stream is a signal or holds events.
public enum LinkStreamKind: String, Codable, Hashable, Sendable, CaseIterable {
    case signal
    case events
}
