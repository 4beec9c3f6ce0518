import Export

/// An export of a study: what was asked for, by whom, and what came of it. Kept beside its files as
/// `record.json`.
struct ExportRecord: Codable, Sendable {
    enum State: String, Codable, Sendable {
        case running, done, failed, cancelled
        /// The console ended while it was written.
        case interrupted
    }

    /// A session that was found for it.
    struct Session: Codable, Hashable, Sendable {
        var participant: String
        /// The file's name, without the folders that it is in.
        var file: String
    }

    /// By which addresses name it; the name of its folder.
    var id: String
    var study: String
    /// Who asked for it.
    var actor: String
    /// Nanoseconds since 1970-01-01 UTC.
    var startedUtcNs: Int64
    var endedUtcNs: Int64?
    var request: ExportRequest
    var state: State
    /// Why there is nothing, in words; nil otherwise.
    var message: String?
    /// Those that were found before it began.
    var sessions: [Session]
    /// Ids of those, and of what came to them while it was written. nil where they are not known: then
    /// whatever one of its participants takes back counts as being in it.
    var identifiers: [String]?

    // What it holds, once it is done.

    /// How many sessions are in it.
    var sessionCount: Int
    var leftOut: [WrittenExport.Excluded]
    var notes: [String]
    /// How many files, the manifest among them.
    var files: Int
    /// Of all files.
    var bytes: Int64
}

extension ExportRecord {
    /// A record of an export that begins.
    init(
        id: String, study: String, actor: String, startedUtcNs: Int64, request: ExportRequest,
        sessions: [Session], identifiers: [String]?
    ) {
        self.init(
            id: id, study: study, actor: actor, startedUtcNs: startedUtcNs, endedUtcNs: nil,
            request: request, state: .running, message: nil, sessions: sessions,
            identifiers: identifiers, sessionCount: 0, leftOut: [], notes: [], files: 0, bytes: 0)
    }

    /// The record once all is written.
    func done(_ written: WrittenExport, files: [WrittenExport.File]) -> ExportRecord {
        var record = self
        record.state = .done
        record.sessionCount = written.sessionCount
        record.leftOut = written.excluded
        record.notes = written.notes
        record.files = files.count
        record.bytes = files.reduce(0) { $0 + $1.bytes }
        return record
    }

    /// The record where nothing came of it.
    func ended(_ state: State, _ message: String) -> ExportRecord {
        var record = self
        record.state = state
        record.message = message
        return record
    }
}
