/// What came of an import.
public struct ImportSummary: Hashable, Sendable, Codable {
    public struct Stream: Hashable, Sendable, Codable {
        public var name: String
        /// Where it comes from: a file and what it is called there.
        public var source: String
        public var kind: String
        public var channels: Int
        public var nominalRateHz: Double?
        public var samples: Int64
        public var events: Int64
        /// Stretches in which samples are missing, and how many are.
        public var gaps: Int
        public var lost: Int64
        /// 95% of the errors of its times are smaller; nil where it has none.
        public var boundMs: Double?
        /// Clock offsets that came with it, and how often its clock began anew.
        public var clockOffsets: Int
        public var clockResets: Int
    }

    /// Nil where nothing was written.
    public var file: String?
    public var session: String?
    public var study: String
    public var participant: String
    public var startedUtcNs: Int64
    public var durationS: Double
    public var sha256: String?
    public var streams: [Stream]
    /// What should be known: what was broken, and what could not be carried over.
    public var notes: [ImportNote]
}

/// What is to be imported, and where it goes.
public struct ImportRequest: Hashable, Sendable {
    public var study: String
    public var participant: String
    /// Where the file goes; nil in the study's folder of `data`.
    public var out: String?
    /// The directory of the studies.
    public var data: String
    /// When the session began, in nanoseconds since 1970 UTC, where who imports knows better; nil
    /// takes what the files say.
    public var started: Int64?
    public var isPilot = false
    /// Only looks at what there is, and writes nothing.
    public var isDry = false

    public init(study: String, participant: String, out: String? = nil, data: String) {
        self.study = study
        self.participant = participant
        self.out = out
        self.data = data
    }
}
