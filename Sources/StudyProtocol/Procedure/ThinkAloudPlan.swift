/// How a session is looked back on: which moments the participant is asked about, and what they see.
public struct ThinkAloudPlan: Hashable, Sendable {
    /// Parts of the replay that a participant's view can show.
    public enum Shown: String, Hashable, Sendable, Codable, CaseIterable {
        /// The screen as it was: messages, and the draft as it was typed where consent covers it.
        case chat
        case suggestions, emotions
        /// Traces of the sensors; they lead the witness.
        case signals
        /// Marks at peaks of the signals; they lead the witness.
        case peaks
    }

    /// The rules that choose cue points, in order.
    public var cues: [CueRule]
    /// The most cue points of a session; nil for as many as the rules give.
    public var mostCues: Int?
    /// Where rules give more than are wanted, this and the session's id decide.
    public var cueSeed: UInt64
    /// How long before a cue point's moment the replay begins, in seconds.
    public var cueLeadSeconds: Double
    /// What the participant's view shows.
    public var shows: [Shown]

    public init(
        cues: [CueRule] = [], mostCues: Int? = nil, cueSeed: UInt64 = 1,
        cueLeadSeconds: Double = 5, shows: [Shown] = [.chat]
    ) {
        self.cues = cues
        self.mostCues = mostCues
        self.cueSeed = cueSeed
        self.cueLeadSeconds = cueLeadSeconds
        self.shows = shows
    }
}
