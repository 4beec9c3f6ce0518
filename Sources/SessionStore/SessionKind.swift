/// What a session records.
public enum SessionKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// The participant chats.
    case chat
    /// The participant and the researcher look back on another session (think-aloud).
    case commentary
}
