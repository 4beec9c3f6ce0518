/// One phase of a session.
public struct StudyPhase: Hashable, Sendable {
    /// What sort of phase it is.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case consent, fitting, baseline, briefing, chat, ratings
        case thinkAloud = "think-aloud"
        case debrief, other
    }

    /// What the participant does in a baseline.
    public enum Task: String, Hashable, Sendable, Codable, CaseIterable {
        case rest
        /// Copies a neutral text, for the participant's usual typing.
        case typing
    }

    /// Who ends the phase. The operator always may.
    public enum Advance: String, Hashable, Sendable, Codable, CaseIterable {
        case participant
        case `operator`
        /// The time: it ends by itself after `durationSeconds`.
        case duration
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
    public var advance: Advance
    /// The names of the questionnaires that are asked in it, in this order.
    public var questionnaires: [String]
    /// What a phase of kind `fitting` looks at; nil in all others.
    public var fitting: FittingPlan?
    /// How a phase of kind `think-aloud` looks back; nil in all others.
    public var thinkAloud: ThinkAloudPlan?
    /// What a baseline consists of; `rest` in phases of other kinds.
    public var task: Task
    /// The text to copy in a typing task.
    public var text: String?

    /// - Parameters:
    ///   - permitsKeys: nil for the usual: in chats and typing tasks alone.
    ///   - advance: nil for the usual; see `usualAdvance`.
    public init(
        name: String, title: String, kind: Kind, durationSeconds: Double? = nil,
        instructions: String? = nil, isOptional: Bool = false, permitsKeys: Bool? = nil,
        advance: Advance? = nil, questionnaires: [String] = [], fitting: FittingPlan? = nil,
        task: Task = .rest, text: String? = nil, thinkAloud: ThinkAloudPlan? = nil
    ) {
        self.name = name
        self.title = title
        self.kind = kind
        self.durationSeconds = durationSeconds
        self.instructions = instructions
        self.isOptional = isOptional
        self.permitsKeys = permitsKeys ?? (kind == .chat || task == .typing)
        self.advance =
            advance
            ?? Self.usualAdvance(kind: kind, task: task, hasDuration: durationSeconds != nil)
        self.questionnaires = questionnaires
        self.fitting = fitting
        self.thinkAloud = thinkAloud ?? (kind == .thinkAloud ? ThinkAloudPlan() : nil)
        self.task = task
        self.text = text
    }

    /// Who ends a phase where the protocol does not say.
    public static func usualAdvance(kind: Kind, task: Task, hasDuration: Bool) -> Advance {
        switch kind {
        case .consent, .briefing, .ratings, .debrief: .participant
        case .baseline where task == .typing: .participant
        case .baseline, .chat: hasDuration ? .duration : .operator
        case .fitting, .thinkAloud, .other: .operator
        }
    }
}
