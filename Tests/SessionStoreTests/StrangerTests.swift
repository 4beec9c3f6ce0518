import GRDB
import SessionStoreTestSupport
import TestSupport
import Testing
import Timebase

@testable import SessionStore

/// Session files that were made to do harm are refused with a name for what is wrong.
@Suite struct StrangerTests {
    /// A finished session that somebody has worked on with statements of their own.
    static func session(_ statements: [String]) throws -> (TemporaryDirectory, String) {
        let directory = try TemporaryDirectory()
        let path = directory.file("s.attune")
        var model = SessionModel(seed: 5)
        try model.write(to: path, batches: 4)
        _ = try SessionFinisher(path: path, isAligning: false).run()
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA writable_schema = ON")
            for statement in statements { try database.execute(sql: statement) }
        }
        try queue.close()
        return (directory, path)
    }

    private func refusal(_ statements: String...) throws -> String? {
        let (directory, path) = try Self.session(statements)
        defer { _ = directory }
        do {
            try SessionReader.open(at: path).close()
            return nil
        } catch {
            #expect(error.code == .damaged)
            return error.description
        }
    }

    @Test(
        "Code in a schema is refused",
        arguments: [
            ["CREATE TRIGGER t AFTER INSERT ON turns BEGIN DELETE FROM phases; END"],
            ["DROP TABLE faults", "CREATE VIEW faults AS SELECT 1 AS stream_id"],
            ["CREATE INDEX lies ON turns (hex(text))"],
            ["CREATE INDEX lies ON turns (text) WHERE number > 3"],
            [
                "DROP TABLE faults",
                "CREATE TABLE faults (stream_id INTEGER, cause TEXT AS (hex(stream_id))) STRICT",
            ],
            [
                """
                INSERT INTO sqlite_schema VALUES
                  ('table', 'x', 'x', 0, 'CREATE VIRTUAL TABLE x USING evil(1)')
                """
            ],
        ])
    func schema(statements: [String]) throws {
        let (directory, path) = try Self.session(statements)
        defer { _ = directory }
        let error = #expect(throws: SessionStoreError.self) { try SessionReader.open(at: path) }
        #expect(error?.code == .damaged)
        #expect(error?.description.contains("could run code") == true)
    }

    @Test("Views for people and tables of later versions are no harm")
    func harmless() throws {
        #expect(try refusal("CREATE VIEW v_mine AS SELECT 1", "CREATE TABLE later (a)") == nil)
    }

    @Test("A review file's own triggers are known, others refused")
    func review() throws {
        let (directory, path) = try Self.session([])
        defer { _ = directory }
        let reader = try SessionReader.open(at: path)
        let identifier = try reader.session().description.identifier
        try reader.close()
        let review = ReviewFile.path(of: path)
        try ReviewFile.writing(review, session: identifier).close()
        try SessionReader.open(at: path).close()
        let queue = try DatabaseQueue(path: review)
        try queue.write { database in
            try database.execute(
                sql: """
                    CREATE TRIGGER t AFTER INSERT ON alignments BEGIN DELETE FROM review; END
                    """)
        }
        try queue.close()
        #expect(throws: SessionStoreError.self) { try SessionReader.open(at: path) }
        #expect(throws: SessionStoreError.self) { try ReviewReader.open(path) }
        #expect(throws: SessionStoreError.self) {
            try ReviewFile.writing(review, session: identifier)
        }
    }

    @Test("Times and names that no recording has are damage")
    func impossible() throws {
        #expect(try refusal("UPDATE session SET started_ns = \(Int64.min)") != nil)
        #expect(
            try refusal("UPDATE session SET participant = printf('%.*c', 2000, 'a')") != nil)
        let (directory, path) = try Self.session(["UPDATE turns SET sent_ns = \(Int64.max)"])
        defer { _ = directory }
        let reader = try SessionReader.open(at: path)
        #expect(throws: SessionStoreError.self) { try reader.turns() }
        // The rest of the file is read all the same.
        #expect(try !reader.streams().isEmpty)
    }

    @Test("There is an end to how many rows are held in memory")
    func rows() throws {
        let (directory, path) = try Self.session([
            """
            INSERT INTO phases (name, started_ns) WITH RECURSIVE n(i) AS
              (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(RowAllowance.rows + 10))
              SELECT 'p', i FROM n
            """
        ])
        defer { _ = directory }
        let reader = try SessionReader.open(at: path)
        let error = #expect(throws: SessionStoreError.self) { try reader.phases() }
        #expect(error?.description.contains("rows") == true)
        #expect(try reader.count(of: .phases) > RowAllowance.rows)
    }

    @Test("A chunk that claims more values than are held at once is damage")
    func values() throws {
        let decoder = try ChunkDecoder()
        let deflater = try Deflater(level: 1)
        func blob(_ count: Int, _ columns: Int) -> [UInt8] {
            let line: [UInt8] =
                [0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
                + [UInt8](repeating: 0, count: 16)
            return (0..<columns).flatMap { _ in line }
        }
        for (count, columns, isRead) in [
            (1 << 20, 8, true), ((1 << 20) + 1, 8, false), (1 << 23, 1, true),
            (1 << 24, 1, false),
        ] {
            let channels = (0..<columns).map { ChannelDescription(name: "c\($0)") }
            let found = try unsafe deflater.compress(blob(count, columns)) {
                bytes throws(SessionStoreError) in
                // The blob is valid within the call.
                unsafe decoder.columns(bytes, count: count, channels: channels) != nil
            }
            #expect(found == isRead)
        }
    }
}
