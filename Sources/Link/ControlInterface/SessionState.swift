/// What becomes of a session, from recording to finished.
public enum SessionState: String, Codable, Hashable, Sendable, CaseIterable {
    case recording
    case stopping
    case stopped
    case finishing
    case finished
    case interrupted
    case aborted
    case withdrawn
}
