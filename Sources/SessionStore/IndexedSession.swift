/// A session as the study's index knows it.
public struct IndexedSession: Hashable, Sendable {
    /// UUID as text.
    public var identifier: String
    public var participant: String
    public var kind: SessionKind
    /// Path of its file below the study's directory.
    public var file: String
    public var state: SessionState
    /// Nanoseconds since 1970-01-01 UTC, as all times of the index.
    public var startedRealtime: Int64
    public var stoppedRealtime: Int64?
    public var finishedRealtime: Int64?
    /// Of the finished file: SHA-256 as hexadecimal digits, and bytes.
    public var sha256: String?
    public var size: Int64?
    /// Id of the chat session that a commentary looks back on.
    public var parent: String?
    /// Id of the interrupted session that this one takes up.
    public var continuationOf: String?
    /// Whether it was a trial run; nil where an older index did not say.
    public var isPilot: Bool?
    /// Which of the participant's visits it is, from 1; nil in a study without a plan of them.
    public var visit: Int?
    /// The level of each factor; nil where the study has no conditions.
    public var condition: [String: String]?
    /// How it ended: `completed`, `aborted`, …
    public var outcome: String?

    public init(
        identifier: String, participant: String, kind: SessionKind, file: String,
        state: SessionState, startedRealtime: Int64, stoppedRealtime: Int64? = nil,
        finishedRealtime: Int64? = nil, sha256: String? = nil, size: Int64? = nil,
        parent: String? = nil, continuationOf: String? = nil, isPilot: Bool? = nil,
        visit: Int? = nil, condition: [String: String]? = nil, outcome: String? = nil
    ) {
        self.identifier = identifier
        self.participant = participant
        self.kind = kind
        self.file = file
        self.state = state
        self.startedRealtime = startedRealtime
        self.stoppedRealtime = stoppedRealtime
        self.finishedRealtime = finishedRealtime
        self.sha256 = sha256
        self.size = size
        self.parent = parent
        self.continuationOf = continuationOf
        self.isPilot = isPilot
        self.visit = visit
        self.condition = condition
        self.outcome = outcome
    }
}
