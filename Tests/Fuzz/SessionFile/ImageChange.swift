import Foundation
import GRDB
import GRDBSQLite
import SystemCalls

@testable import SessionStore

/// One change of a session file or of the review beside it.
struct ImageChange {
    /// What is done, as an input's byte says it.
    enum Kind: UInt8, CaseIterable {
        case set, near, delete, double, empty, cut, flip, pack, schema, declare, byte, truncate,
            page
    }

    /// How many kinds of values there are (`value`).
    static let valueKinds = 9
    /// Most changes of one input.
    private static let most = 24

    /// Makes the changes that an input names: those by statements first, in their order, then those of bytes.
    static func apply(_ input: inout FuzzInput, to image: SessionImage) throws {
        let changes = changes(&input)
        let bytes = changes.filter(\.isOfBytes)
        let statements = changes.filter { !$0.isOfBytes }
        for file in Set(image.tables.map(\.file)) where !statements.isEmpty {
            try apply(statements, image, file)
        }
        for change in bytes { try change.applyToBytes(of: image) }
    }

    /// The changes that an input names.
    static func changes(_ input: inout FuzzInput) -> [ImageChange] {
        var changes: [ImageChange] = []
        while !input.isAtEnd, changes.count < most { changes.append(ImageChange(&input)) }
        return changes
    }

    /// The table that the change is made in, by statements; not for those of bytes.
    func table(of image: SessionImage) -> SessionImage.Table {
        image.tables[table % image.tables.count]
    }

    private let kind: Kind
    private let table: Int
    private let row: Int
    private let column: Int
    private let value: DatabaseValue
    private let number: Int64

    private init(_ input: inout FuzzInput) {
        kind = Kind.allCases[input.byte() % Kind.allCases.count]
        table = input.byte()
        row = input.byte()
        column = input.byte()
        switch kind {
        case .set, .double, .declare: (value, number) = (Self.value(&input), 0)
        default: (value, number) = (.null, input.number(bytes: 4))
        }
    }

    private var isOfBytes: Bool {
        switch kind {
        case .byte, .truncate, .page: true
        default: false
        }
    }

    /// Whether it leaves the schema as it is.
    var isOfRows: Bool {
        switch kind {
        case .schema, .declare: false
        default: !isOfBytes
        }
    }

    // MARK: - Values

    /// Numbers at which arithmetic breaks, and those that limits name.
    private static let integers: [Int64] = [
        .min, .min + 1, -(1 << 62), -(1 << 60) - 1, -(1 << 60), -1, 0, 1, 255, 256, 1 << 24,
        (1 << 24) + 1, 1 << 31, 1 << 32, (1 << 53) - 1, 1 << 53, (1 << 53) + 1, (1 << 60) - 1,
        1 << 60, (1 << 60) + 1, 1 << 62, .max - 1, .max,
    ]
    private static let reals: [Double] = [
        .nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, -1, 0.5, 1e-300, 1e9, 1e15,
        1e18, 0x1p63, 1e19, 1e300, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
    ]
    /// Words that mean something in some column.
    private static let words = [
        "", "recording", "stopped", "finished", "interrupted", "chat", "commentary", "counter",
        "arrival", "stamped", "integer", "real", "audio", "signal", "keys", "sleep", "restart",
        "disconnect", "pause", "inferred", "corrupt", "overflow", "dropped", "least-delay/1",
        "exact",
        "order", "0.0.1", "99.0", "../../../etc/passwd", "/dev/full", "\u{0}", "a\u{0}b",
        "{\"replacedSha256\":\"x\"}", "{", "[[[[[[[[", "align", "remove", "redact", "boot",
    ]

    private static func value(_ input: inout FuzzInput) -> DatabaseValue {
        switch input.byte() % valueKinds {
        case 0: .null
        case 1: input.number(bytes: 8).databaseValue
        case 2: integers[input.byte() % integers.count].databaseValue
        case 3: Double(bitPattern: UInt64(bitPattern: input.number(bytes: 8))).databaseValue
        case 4: reals[input.byte() % reals.count].databaseValue
        case 5: String(decoding: input.string(), as: UTF8.self).databaseValue
        case 6: words[input.byte() % words.count].databaseValue
        case 7: Data(input.string()).databaseValue
        default:
            String(repeating: "ab", count: Int(input.number(bytes: 2))).databaseValue
        }
    }

    // MARK: - By statements

    private static func apply(
        _ changes: [ImageChange], _ image: SessionImage, _ file: String
    ) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { database in
            for pragma in [
                "journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE",
                "ignore_check_constraints = ON", "writable_schema = ON",
            ] { try database.execute(sql: "PRAGMA \(pragma)") }
            // What a change declares may have no end; the connection is open, and the handler has no state.
            unsafe sqlite3_progress_handler(database.sqliteConnection, 2_000_000, { _ in 1 }, nil)
        }
        let queue = try DatabaseQueue(
            path: "\(image.folder)/\(file)", configuration: configuration)
        try queue.writeWithoutTransaction { database in
            for change in changes {
                let table = change.table(of: image)
                guard table.file == file else { continue }
                do {
                    try change.apply(to: table, database)
                } catch  where error is DatabaseError {
                    // What the file does not allow any more is left out.
                    continue
                }
            }
        }
        try queue.close()
    }

    func apply(to table: SessionImage.Table, _ database: Database) throws {
        let column = table.columns[column % table.columns.count]
        let place = "(\(table.key)) = (SELECT \(table.key) FROM \(table.name) LIMIT 1 OFFSET ?)"
        // Statements are kept: to prepare one takes longer than to run it.
        func run(_ sql: String, _ arguments: StatementArguments = []) throws {
            try database.cachedStatement(sql: sql).execute(arguments: arguments)
        }
        let counted = try database.cachedStatement(sql: "SELECT count(*) FROM \(table.name)")
        let count = try Int.fetchOne(counted) ?? 0
        // The last byte stands for all rows.
        let isAll = row == 255
        let offset = row % max(count, 1)
        switch kind {
        case .set where isAll:
            try run("UPDATE OR REPLACE \(table.name) SET \(column) = ?", [value])
        case .set:
            try run(
                "UPDATE OR REPLACE \(table.name) SET \(column) = ? WHERE \(place)", [value, offset])
        case .near:
            try run(
                "UPDATE OR REPLACE \(table.name) SET \(column) = \(column) + ? WHERE \(place)",
                [number - (1 << 31), offset])
        case .delete:
            try run("DELETE FROM \(table.name) WHERE \(place)", [offset])
        case .double:
            let columns = table.columns.map { $0 == column ? "?1" : $0 }.joined(separator: ", ")
            try run(
                """
                INSERT OR REPLACE INTO \(table.name) (\(table.columns.joined(separator: ", ")))
                  SELECT \(columns) FROM \(table.name) LIMIT 1 OFFSET ?2
                """, [value, offset])
        case .empty: try run("DELETE FROM \(table.name)")
        case .cut, .flip, .pack:
            let reading = try database.cachedStatement(
                sql: "SELECT \(column) FROM \(table.name) LIMIT 1 OFFSET ?")
            let old = try Data.fetchOne(reading, arguments: [offset])
            try run(
                "UPDATE \(table.name) SET \(column) = ? WHERE \(place)",
                [Data(changed(Array(old ?? Data()))), offset])
        case .schema: try changeSchema(database)
        case .declare:
            // A name or a type of the table's own is replaced by another word.
            let word = value.storage.value as? String ?? "x"
            try database.execute(
                sql: "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = ?",
                arguments: [String(column.filter { $0 != "\"" }), word, table.name])
        case .byte, .truncate, .page: break
        }
    }

    /// A blob's bytes cut, changed, or changed within what they expand to.
    private func changed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let place = Int(number >> 8)
        switch kind {
        case .cut: return Array(bytes.prefix(place % (bytes.count + 1)))
        case .flip where !bytes.isEmpty: bytes[place % bytes.count] ^= UInt8(number & 255)
        case .pack:
            // The blob is valid within the call, and so is what it expands to.
            let expanded = unsafe bytes.withUnsafeBytes { blob in
                unsafe Self.inflater.expand(blob, most: 1 << 20) { unsafe Array($0) }
            }
            guard var expanded = expanded ?? nil, !expanded.isEmpty else { return bytes }
            expanded[place % expanded.count] = UInt8(number & 255)
            let packed = try? unsafe Self.deflater.compress(expanded) {
                blob throws(SessionStoreError) in unsafe Array(blob)
            }
            return packed ?? bytes
        default: break
        }
        return bytes
    }

    // libFuzzer calls on one thread.
    nonisolated(unsafe) private static let inflater: Inflater = {
        guard let inflater = try? Inflater() else { fatalError("no memory for an inflater") }
        return inflater
    }()
    nonisolated(unsafe) private static let deflater: Deflater = {
        guard let deflater = try? Deflater(level: 1) else { fatalError("no memory for a deflater") }
        return deflater
    }()

    /// Code in a schema, and what is as long as nobody writes it.
    private static let declarations = [
        "CREATE VIEW v_x AS SELECT * FROM turns", "CREATE VIEW x AS SELECT 1",
        "DROP TABLE #", "ALTER TABLE # RENAME TO y", "ALTER TABLE # ADD COLUMN z",
        "ALTER TABLE # ADD COLUMN z AS (hex(rowid))",
        "CREATE TRIGGER t AFTER INSERT ON # BEGIN DELETE FROM #; END",
        "CREATE TRIGGER #_kept BEFORE DELETE ON # BEGIN SELECT raise(ABORT, 'rows are only added'); END",
        "CREATE INDEX i ON # (hex(rowid))", "CREATE INDEX i ON # (1) WHERE 1",
        "DROP TABLE #; CREATE VIEW # AS SELECT 1 AS id",
        "DROP TABLE #; CREATE VIEW # AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id FROM n) SELECT * FROM n",
        "INSERT INTO sqlite_schema VALUES ('table', 'f', 'f', 0, 'CREATE VIRTUAL TABLE f USING fts5(a)')",
        "CREATE VIRTUAL TABLE f USING fts5(a)", "CREATE VIRTUAL TABLE f USING rtree(a, b, c)",
        "UPDATE sqlite_schema SET rootpage = 1 WHERE name = '#'",
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'chunks') WHERE name = '#'",
        "UPDATE sqlite_schema SET sql = NULL WHERE name = '#'",
        "UPDATE sqlite_schema SET type = 'view' WHERE name = '#'",
        "DELETE FROM sqlite_schema WHERE name = '#'",
        "DELETE FROM sqlite_schema WHERE type = 'index'",
        "PRAGMA user_version = 2", "PRAGMA application_id = 1096045650",
        "PRAGMA encoding = 'UTF-16'",
        "PRAGMA auto_vacuum = FULL; VACUUM", "PRAGMA page_size = 512; VACUUM",
        "PRAGMA journal_mode = WAL", "INSERT INTO # SELECT * FROM #", "REINDEX", "ANALYZE",
    ]

    private func changeSchema(_ database: Database) throws {
        let names = try String.fetchAll(
            database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        guard !names.isEmpty else { return }
        let name = names[row % names.count]
        let statement = Self.declarations[column % Self.declarations.count]
        try database.execute(
            sql: statement.split(
                separator: "#", omittingEmptySubsequences: false
            ).joined(separator: name))
    }

    // MARK: - By bytes

    private func applyToBytes(of image: SessionImage) throws {
        let names = try FileSystem.list(image.folder).sorted()
        guard !names.isEmpty else { return }
        let path = "\(image.folder)/\(names[table % names.count])"
        var bytes = try FileSystem.read(path)
        guard !bytes.isEmpty else { return }
        let page = 4096
        let place = Int(number) % bytes.count
        switch kind {
        case .truncate: bytes = Array(bytes.prefix(place))
        case .page:
            let from = place / page * page
            let to = row * page % bytes.count / page * page
            let count = min(page, bytes.count - max(from, to))
            bytes.replaceSubrange(to..<to + count, with: Array(bytes[from..<from + count]))
        default:
            // Half of them where SQLite's own structure is: in a page's header and its list of cells.
            let inHeader = place / page * page + place % 64 % page
            let index = row & 1 == 0 ? place : min(inHeader, bytes.count - 1)
            bytes[index] = UInt8(column)
        }
        try SessionImage.write(bytes, to: path)
    }
}
