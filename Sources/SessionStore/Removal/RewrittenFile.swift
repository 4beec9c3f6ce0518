import SystemCalls

/// A finished file that was made anew.
public struct RewrittenFile: Hashable, Sendable {
    public var file: FinishedFile
    /// The id of the audit row that says so: a copy without this row is older.
    public var auditRow: String
    /// Tables of which rows were changed; those of the review file among them.
    public var tables: Set<String>

    public init(file: FinishedFile, auditRow: String, tables: Set<String>) {
        self.file = file
        self.auditRow = auditRow
        self.tables = tables
    }

    /// What an earlier run did that was cut off before it could be told.
    /// - Parameter identifier: of the removal or redaction, which its audit row names.
    /// - Returns: nil where the file at a path was not made anew by it.
    public static func find(
        _ path: String, identifier: String
    ) throws(SessionStoreError) -> RewrittenFile? {
        let reader = try SessionReader.open(at: path, alignment: .recorded)
        let change = try reader.changes().last { $0.identifier == identifier && !$0.row.isEmpty }
        let head = try reader.auditHead()
        try reader.close()
        guard let change else { return nil }
        let size: Int64
        do throws(SystemError) {
            size = try FileSystem.size(path)
        } catch {
            throw .system(error, path: path)
        }
        return RewrittenFile(
            file: FinishedFile(
                path: path, sha256: try FileHash.sha256(path), size: size, audit: head),
            auditRow: change.row, tables: change.tables)
    }
}
