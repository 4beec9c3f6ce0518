import SessionStore
import StudyProtocol

/// What is to be removed of a participant, with all that the job in the background needs.
struct RemovalOrder: Sendable {
    var study: String
    /// The data directory.
    var data: String
    var database: StudyDatabase
    var removal: Removal
    /// Whether it is only told what would go.
    var isTrial: Bool
    /// Whether nothing is to be left of the participant, and not only of some sessions.
    var isWhole: Bool
    /// The tier that goes; nil for everything.
    var tier: ConsentTier.Name?
    /// The entries of the sessions.
    var sessions: [IndexedSession]
    /// The program that writes quality reports.
    var reporter: String?

    /// The study's folder.
    var directory: String { "\(data)/\(study)" }

    func path(of session: IndexedSession) -> String { "\(directory)/\(session.file)" }
}

/// What became of a removal.
struct RemovalResult: Sendable {
    var files: [String] = []
    var bytes: Int64 = 0
    var rows: [String: Int] = [:]
    var search = TraceSearch.Outcome()
    /// What was looked for.
    var texts = 0
    var sequences = 0
    var identifiers = 0
    /// Session files in which it was looked whether rows of the tier are left.
    var checkedFiles = 0
    /// Kinds of which a copy elsewhere could be told by nothing.
    var unsearched: [RecordedData] = []
    /// Whether what remains was looked through, for something.
    var isSearched = false
    /// Where the audit trails of files end that were made anew.
    var heads: [AuditHead] = []
    var beyond: [String] = []
}

/// How a removal ended.
enum RemovalOutcome: Sendable {
    case done(RemovalResult)
    case failed(SessionStoreError)
}
