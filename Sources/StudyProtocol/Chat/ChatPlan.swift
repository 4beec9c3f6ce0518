/// The chat of a study: who is on the other side, what helps the participant, and what watches over
/// both.
public struct ChatPlan: Hashable, Sendable {
    /// When the page says that the other side is a machine.
    public enum MachineNotice: String, Hashable, Sendable, Codable, CaseIterable {
        /// All the time, beside the conversation.
        case always
        /// In phases of kind `briefing` alone.
        case briefing
        case never

        /// What the page says in a phase; nil where it says nothing.
        public func words(in phase: StudyPhase.Kind?) -> String? {
            guard self == .always || self == .briefing && phase == .briefing else { return nil }
            return "The other side is a computer program that plays a client. It is not a person."
        }
    }

    /// The name of a persona; its file is `Protocols/personas/NAME.yaml`.
    public var persona: String
    /// What the participant's page calls the other side.
    public var clientLabel: String
    public var reply: ReplyPlan
    /// The model that speaks for the client; nil for the scripted client.
    public var model: ModelPlan?
    public var suggestions: SuggestionPlan
    public var emotions: EmotionPlan
    public var adoption: AdoptionThresholds
    public var safety: SafetyPlan
    public var machineNotice: MachineNotice

    public init(
        persona: String, clientLabel: String = "Client", reply: ReplyPlan = ReplyPlan(),
        model: ModelPlan? = nil, suggestions: SuggestionPlan = SuggestionPlan(),
        emotions: EmotionPlan = EmotionPlan(),
        adoption: AdoptionThresholds = AdoptionThresholds(),
        safety: SafetyPlan = SafetyPlan(rules: "en"), machineNotice: MachineNotice = .always
    ) {
        self.persona = persona
        self.clientLabel = clientLabel
        self.reply = reply
        self.model = model
        self.suggestions = suggestions
        self.emotions = emotions
        self.adoption = adoption
        self.safety = safety
        self.machineNotice = machineNotice
    }

    /// The persona under its old name.
    public var script: String { persona }
}
