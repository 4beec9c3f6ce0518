/// Writes one format of an export.
///
/// Files go to places that `ExportFolder.place` gives, and are noted there; a writer checks what a
/// format's library would accept silently (lengths, names, capacities) before it calls it, and says in
/// `ExportNotes` what it had to change.
protocol FormatWriter: Sendable {
    /// Makes sure that the format can be written, before anything is.
    /// - Throws: `tool` where a program is missing that it needs.
    func check(_ options: ExportOptions) throws(ExportError)

    /// Writes what belongs to one session alone: samples above all. Called once for each session, for
    /// several of them at a time.
    /// - Parameter samples: the tables of the session's samples that are exported.
    func write(_ session: SessionExport, samples: [SampleSource], to output: FormatOutput) throws

    /// What has to be written once all sessions are there: each job writes files of its own, and
    /// several run at a time.
    /// - Parameter tables: of all sessions, in the order of codebooks.
    func jobs(
        tables: [any TableSource], of facts: DatasetFacts, to output: FormatOutput
    ) throws -> [@Sendable () throws -> Void]
}

extension FormatWriter {
    func check(_ options: ExportOptions) throws(ExportError) {}
}

/// A session of an export, with what it is called there.
struct ExportedSession: Sendable {
    var entry: DatasetSession
    var key: SessionKey
}

/// What a format writes with.
struct FormatOutput: Sendable {
    let folder: ExportFolder
    let run: ExportRun
    /// Whether the export is of several sessions, so that each has a folder of its own.
    let isStudy: Bool
    let options: ExportOptions
    /// All sessions, in their order.
    let sessions: [ExportedSession]
    let notes: ExportNotes

    /// Where a session's own files are, below the folder: empty, or a folder's name with a slash.
    func subfolder(of session: SessionExport) -> String {
        isStudy ? "\(session.key.session)/" : ""
    }
}

/// What formats need to know of all sessions together.
struct DatasetFacts: Sendable {
    /// One a session, in their order.
    struct Session: Sendable {
        var entry: DatasetSession
        var key: SessionKey
        /// Tables of samples that it has, by their names, with their rows.
        var samples: [String: Int64]
        /// Columns of the samples' tables, for codebooks.
        var sampleColumns: [String: [TableColumn]]
        /// What was held back for want of consent, as words.
        var withheld: [String]
        /// Version of the review that measures were computed with.
        var reviewVersion: Int64
        /// Number of the alignment; 0 for the session's own times.
        var alignment: Int64
    }

    var sessions: [Session]
    var excluded: [ExcludedSession]
}
