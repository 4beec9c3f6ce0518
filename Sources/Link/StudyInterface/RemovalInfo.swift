/// What a withdrawal took away, or would.
public struct RemovalInfo: Codable, Hashable, Sendable {
    public var study: String
    public var participant: String
    /// `keep`, `all`, or a tier.
    public var scope: String
    /// Whether nothing was changed.
    public var trial: Bool
    /// Ids.
    public var sessions: [String]
    /// Paths that were deleted, or changed.
    public var files: [String]
    /// Rows that went, by table.
    public var rows: [String: Int]
    /// Of the files.
    public var bytes: Int64
    public var searchedFiles: Int
    public var searchedBytes: Int64
    /// Of samples, decoded.
    public var searchedChunks: Int
    /// How many of their texts were looked for; 0 where a daemon that ended took the memory of them along.
    public var searchedTexts: Int
    /// How many stretches of their samples were looked for.
    public var searchedSequences: Int
    /// How many ids were looked for: those of sessions, and the participant's code.
    public var searchedIds: Int
    /// Of how many session files it was looked whether rows of the tier are left.
    public var checkedFiles: Int
    /// Kinds of data of which there was nothing by which a copy in another file could be told.
    public var unsearched: [String]
    /// Whether all that remains was looked through and nothing of theirs was found.
    public var proven: Bool
    /// What was found, in words without its content.
    public var found: [String]
    /// What other programs of the station delete by themselves.
    public var elsewhere: [String]
    /// What cannot be recalled from here.
    public var beyond: [String]

    public init(
        study: String, participant: String, scope: String, trial: Bool, sessions: [String],
        files: [String], rows: [String: Int], bytes: Int64, searchedFiles: Int,
        searchedBytes: Int64, searchedChunks: Int, searchedTexts: Int, searchedSequences: Int,
        searchedIds: Int, checkedFiles: Int, unsearched: [String], proven: Bool, found: [String],
        elsewhere: [String], beyond: [String]
    ) {
        self.study = study
        self.participant = participant
        self.scope = scope
        self.trial = trial
        self.sessions = sessions
        self.files = files
        self.rows = rows
        self.bytes = bytes
        self.searchedFiles = searchedFiles
        self.searchedBytes = searchedBytes
        self.searchedChunks = searchedChunks
        self.searchedTexts = searchedTexts
        self.searchedSequences = searchedSequences
        self.searchedIds = searchedIds
        self.checkedFiles = checkedFiles
        self.unsearched = unsearched
        self.proven = proven
        self.found = found
        self.elsewhere = elsewhere
        self.beyond = beyond
    }
}
