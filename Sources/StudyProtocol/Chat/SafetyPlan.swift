/// What watches over a chat.
public struct SafetyPlan: Hashable, Sendable {
    /// What the participant's cues of self-harm do.
    public enum Cues: String, Hashable, Sendable, Codable, CaseIterable {
        case alert
        case alertAndPause = "alert-and-pause"
    }

    /// Somewhere a person can turn to.
    public struct Resource: Hashable, Sendable, Codable {
        public var title: String
        public var text: String?
        public var phone: String?
        public var url: String?

        public init(title: String, text: String? = nil, phone: String? = nil, url: String? = nil) {
            self.title = title
            self.text = text
            self.phone = phone
            self.url = url
        }
    }

    /// The language of the rules.
    public var rules: String
    public var cues: Cues
    /// What the participant's page offers when a cue was found.
    public var resources: [Resource]
    /// Names of rules that do not alarm on the client's side, because the persona may say such things.
    public var permits: [String]
    /// Seconds after which an alarm that nobody acknowledged pauses the session.
    public var acknowledgeWithinSeconds: Double

    public init(
        rules: String, cues: Cues = .alertAndPause, resources: [Resource] = [],
        permits: [String] = [], acknowledgeWithinSeconds: Double = 60
    ) {
        self.rules = rules
        self.cues = cues
        self.resources = resources
        self.permits = permits
        self.acknowledgeWithinSeconds = acknowledgeWithinSeconds
    }
}
