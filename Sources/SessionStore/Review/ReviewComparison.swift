import GRDB

/// How two review files of one session stand to one another. Rows are only added, so that one of them can be
/// the other as it was earlier.
public enum ReviewRelation: Hashable, Sendable {
    /// Both have the same rows.
    case same
    /// The first one has all rows of the second, and more.
    case more
    /// The second one has all rows of the first, and more.
    case less
    /// Each has rows that the other one lacks.
    case differs
}

/// Compares review files by their rows, whatever their bytes.
public enum ReviewComparison {
    /// - Throws: where one of them is no review file, or cannot be read.
    public static func relation(
        of first: String, to second: String
    ) throws(SessionStoreError) -> ReviewRelation {
        let own = try rows(first)
        let other = try rows(second)
        switch (other.isSubset(of: own), own.isSubset(of: other)) {
        case (true, true): return .same
        case (true, false): return .more
        case (false, true): return .less
        case (false, false): return .differs
        }
    }

    /// Every row of every table as a hash, so that memory does not grow with texts.
    private static func rows(_ path: String) throws(SessionStoreError) -> Set<String> {
        try ReviewFile.checkHeader(path)
        let queue = try SchemaGuard.reading(path, keepsRows: true)
        let outcome: Result<Set<String>, any Error> = Result {
            try queue.read { try hashes(of: $0, path: path) }
        }
        do {
            try queue.close()
            return try outcome.get()
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    private static func hashes(
        of database: Database, path: String
    ) throws(SessionStoreError) -> Set<String> {
        var found: Set<String> = []
        for table in try names(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            database, path)
        {
            let columns = try names(
                "SELECT name FROM pragma_table_xinfo('\(table.replacing("'", with: "''"))')",
                database, path)
            // quote() writes each value so that no two different ones look the same.
            let values = columns.map { "quote(\(quoted($0)))" }.joined(separator: ", ")
            let row = try RowStatement(
                database, "SELECT \(values) FROM \(quoted(table))", path: path, isStreamed: true)
            while try row.step() {
                let values = columns.indices.map { row.text(Int32($0)) }
                found.insert(FileHash.sha256(of: "\(table)\n\(values.joined(separator: ","))"))
            }
        }
        return found
    }

    private static func quoted(_ name: String) -> String {
        "\"\(name.replacing("\"", with: "\"\""))\""
    }

    private static func names(
        _ sql: String, _ database: Database, _ path: String
    ) throws(SessionStoreError) -> [String] {
        let row = try RowStatement(database, sql, path: path)
        var names: [String] = []
        while try row.step() { names.append(row.text(0)) }
        return names
    }
}
