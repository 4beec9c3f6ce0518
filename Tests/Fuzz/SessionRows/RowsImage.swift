import GRDB

@testable import SessionStore

/// The files of an image as databases in memory, which take a change and give it up again: a hundred times as
/// quick as files that are written, opened and looked through.
struct RowsImage {
    /// Two connections to the same database: one changes it, and the other reads what is not committed. One
    /// alone would forget its prepared statements each time that it turns from writing to reading.
    private struct Connections {
        let writing: DatabaseQueue
        let reading: DatabaseQueue

        init(path: String, name: String) throws {
            var configuration = Configuration()
            configuration.foreignKeysEnabled = false
            // A transaction is open from one access to the next.
            configuration.allowsUnsafeTransactions = true
            configuration.prepareDatabase {
                try $0.execute(sql: "PRAGMA ignore_check_constraints = ON")
            }
            writing = try DatabaseQueue(named: name, configuration: configuration)
            try DatabaseQueue(path: path).backup(to: writing)
            var reader = Configuration()
            reader.readonly = true
            reader.prepareDatabase { database in
                try database.execute(sql: "PRAGMA read_uncommitted = ON")
                SessionConnection.limit(database)
            }
            reading = try DatabaseQueue(named: name, configuration: reader)
        }
    }

    let image: SessionImage
    private let connections: [String: Connections]

    init(_ image: SessionImage, number: Int) throws {
        self.image = image
        try image.lay()
        var connections: [String: Connections] = [:]
        for file in Set(image.tables.map(\.file)) {
            connections[file] = try Connections(
                path: "\(image.folder)/\(file)", name: "\(number)-\(file)")
        }
        self.connections = connections
    }

    /// Runs `body` on the changed rows, then takes all changes back.
    func withChanges(_ changes: [ImageChange], _ body: () -> Void) throws {
        for connection in connections.values {
            try connection.writing.inDatabase { try $0.cachedStatement(sql: "BEGIN").execute() }
        }
        for change in changes {
            let table = change.table(of: image)
            do {
                try connections[table.file]?.writing.inDatabase { try change.apply(to: table, $0) }
            } catch  where error is DatabaseError {
                // What the schema does not allow is left out.
                continue
            }
        }
        body()
        for connection in connections.values {
            try connection.writing.inDatabase { database in
                // Some failures take all back by themselves.
                guard database.isInsideTransaction else { return }
                try database.cachedStatement(sql: "ROLLBACK").execute()
            }
        }
    }

    // MARK: - Reading

    /// One thing of the session, on the alignment of its review where there is one and it is asked for.
    func readSession(_ number: Int, stream: Int, stretch: Int, isAligned: Bool) {
        guard let queue = connections[SessionImages.session]?.reading else {
            fatalError("no session")
        }
        let stored = isAligned ? attempt { try alignment() } ?? nil : nil
        let reader = attempt { try SessionReader(queue, path: image.path, stored: stored) }
        guard let reader else { fatalError("no memory for a reader") }
        ReaderCalls(reader: reader, stretch: stretch).one(number, stream: stream)
    }

    private func alignment() throws -> StoredAlignment? {
        guard let session = connections[SessionImages.session]?.reading,
            let queue = connections[SessionImages.review]?.reading
        else { return nil }
        let identifier = try session.read {
            try SessionRows(database: $0, path: image.path).session().description.identifier
        }
        let file = ReviewFile(path: ReviewFile.path(of: image.path), queue: queue)
        return try queue.read { try file.alignment(.newest, $0, identifier) }
    }

    /// One thing of the review.
    func readReview(_ number: Int) {
        guard let queue = connections[SessionImages.review]?.reading else { return }
        let reader = ReviewReader(queue, path: image.path)
        attempt { try ReviewCalls.all[number % ReviewCalls.all.count](reader) }
    }
}
