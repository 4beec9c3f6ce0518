/// One phase of a session.
public struct StudyPhase: Hashable, Sendable {
    /// What sort of phase it is.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case consent, fitting, baseline, briefing, chat, ratings
        case thinkAloud = "think-aloud"
        case debrief, other
    }

    /// Unique in the protocol.
    public var name: String
    public var title: String
    public var kind: Kind
    /// How long it should take, in seconds; nil where people decide.
    public var durationSeconds: Double?
    /// What the participant is told.
    public var instructions: String?
    /// Whether leaving it out is within the protocol.
    public var isOptional: Bool
    /// Whether the participant's keyboard and pointer may be read in it.
    public var permitsKeys: Bool

    /// - Parameter permitsKeys: nil for the usual: in chats alone.
    public init(
        name: String, title: String, kind: Kind, durationSeconds: Double? = nil,
        instructions: String? = nil, isOptional: Bool = false, permitsKeys: Bool? = nil
    ) {
        self.name = name
        self.title = title
        self.kind = kind
        self.durationSeconds = durationSeconds
        self.instructions = instructions
        self.isOptional = isOptional
        self.permitsKeys = permitsKeys ?? (kind == .chat)
    }
}
