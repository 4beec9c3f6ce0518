extension ReviewInterface {
    /// Adds a transcript of what was said.
    public enum AddTranscript: VarlinkMethod {
        public static let name = "io.attune.Review.AddTranscript"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var actor: String?
            public var change: String
            public var source: String
            public var language: String?
            public var detail: JSONValue?
            public var segments: [TranscriptPiece]

            public init(
                session: String, actor: String? = nil, change: String, source: String,
                language: String? = nil, detail: JSONValue? = nil, segments: [TranscriptPiece]
            ) {
                self.session = session
                self.actor = actor
                self.change = change
                self.source = source
                self.language = language
                self.detail = detail
                self.segments = segments
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var row: ReviewRowInfo

            public init(row: ReviewRowInfo) {
                self.row = row
            }
        }
    }
}
