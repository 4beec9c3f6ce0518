import SystemCalls

/// Whether a session file may be used at all, as its study remembers.
public enum TombstoneCheck {
    /// Asks the study in whose folder a file lies.
    /// - Returns: why the file must not be used, and what to do; nil where it may, or where no study's
    ///   database is there.
    /// - Throws: where file or database cannot be read.
    public static func refusal(of file: String) throws(SessionStoreError) -> String? {
        let tombstones = try tombstones(beside: file)
        guard !tombstones.isEmpty else { return nil }
        let reader = try SessionReader.open(at: file, alignment: .recorded)
        let session = try reader.session().description.identifier
        let rows = try reader.auditRows()
        try reader.close()
        return tombstones.refusal(session: session, auditRows: rows)
    }

    /// Whether a session was deleted, so that its file is not looked for.
    public static func isDeleted(
        _ session: String, study file: String
    ) throws(SessionStoreError) -> Bool {
        try tombstones(beside: file).contains {
            $0.auditRow == nil && $0.session.lowercased() == session.lowercased()
        }
    }

    private static func tombstones(beside file: String) throws(SessionStoreError) -> [Tombstone] {
        let path = StudyDirectory.database(of: file)
        guard FileSystem.exists(path) else { return [] }
        let database = try StudyDatabase.openForReading(at: path)
        let tombstones = try database.tombstones()
        try database.close()
        return tombstones
    }
}
