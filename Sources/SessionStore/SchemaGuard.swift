import GRDB

/// Looks at the schema of a file before anything of it is read. Code can stand in a schema: a view with
/// the name of a table, triggers, generated columns, indexes over formulas, virtual tables. None of it is
/// ever run, since a file that has some of it is refused.
enum SchemaGuard {
    /// Most tables, indexes and views.
    private static let mostEntries = 500

    /// A connection that reads a file whose schema was looked at.
    static func reading(
        _ path: String, keepsRows: Bool = false
    ) throws(SessionStoreError) -> DatabaseQueue {
        let queue = try SessionConnection.reading(path)
        do {
            try queue.read { try check($0, path, keepsRows: keepsRows) }
        } catch {
            throw .wrapping(error, path: path)
        }
        return queue
    }

    /// - Parameter keepsRows: whether triggers may be there that refuse to change rows, as review files
    ///   have them.
    static func check(
        _ database: Database, _ path: String, keepsRows: Bool = false
    ) throws(SessionStoreError) {
        var tables: [String] = []
        var indexes: [(name: String, table: String)] = []
        let entry = try RowStatement(
            database, "SELECT type, name, tbl_name, sql FROM sqlite_schema", path: path)
        while try entry.step() {
            let name = entry.text(1)
            func words(_ most: Int) -> [Substring] {
                entry.text(3).split(maxSplits: most, whereSeparator: \.isWhitespace)
            }
            var isHarmless: Bool
            switch entry.text(0) {
            case "table":
                let second = words(2).dropFirst().first
                isHarmless = second?.lowercased() != "virtual"
                tables.append(name)
            case "index":
                isHarmless = true
                indexes.append((name, entry.text(2)))
            // Views are for people; nothing here reads one.
            case "view": isHarmless = name.hasPrefix("v_")
            case "trigger": isHarmless = keepsRows && Self.keepsRows(words(.max), of: entry.text(2))
            default: isHarmless = false
            }
            if tables.count + indexes.count > mostEntries { isHarmless = false }
            guard isHarmless else {
                entry.reset()
                throw strange(path, "\(entry.text(0)) \(name)")
            }
        }
        for name in tables where name.hasPrefix("sqlite_") == false {
            let hidden = "SELECT 1 FROM pragma_table_xinfo(?1) WHERE hidden <> 0"
            if try gives(hidden, name, database: database, path: path) {
                throw strange(path, "a computed column of \(name)")
            }
        }
        for index in indexes {
            let formulas = "SELECT 1 FROM pragma_index_xinfo(?1) WHERE cid = -2"
            let partial = """
                SELECT 1 FROM pragma_index_list(?2) WHERE name = ?1 AND partial <> 0
                """
            guard try !gives(formulas, index.name, database: database, path: path),
                try !gives(partial, index.name, index.table, database: database, path: path)
            else { throw strange(path, "index \(index.name)") }
        }
    }

    /// Whether a trigger is one of those of `ReviewSchema.onlyAdded`.
    private static func keepsRows(_ words: [Substring], of table: String) -> Bool {
        [("unchanged", "UPDATE"), ("kept", "DELETE")].contains { end, action in
            let own = """
                CREATE TRIGGER \(table)_\(end) BEFORE \(action) ON \(table) BEGIN SELECT \
                raise(ABORT, 'rows are only added'); END
                """
            return words.elementsEqual(own.split(separator: " "))
        }
    }

    private static func gives(
        _ sql: String, _ values: String..., database: Database, path: String
    ) throws(SessionStoreError) -> Bool {
        let row = try RowStatement(database, sql, path: path)
        for (place, value) in values.enumerated() { try row.bind(Int32(place + 1), value) }
        defer { row.reset() }
        return try row.step()
    }

    private static func strange(_ path: String, _ what: String) -> SessionStoreError {
        SessionStoreError(
            code: .damaged,
            message:
                "\(path) is not as a program of Attune writes it, and is not read: ask who sent it "
                + "for another copy", cause: "it declares \(what), which could run code")
    }
}
