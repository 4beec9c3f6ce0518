import GRDB
import SessionStoreTestSupport
import SystemCalls
import Timebase

@testable import SessionStore

/// The real files that inputs start from: small, and with something in every table.
enum SessionImages {
    static let session = "s.attune"
    static let review = "s.review"

    /// All that may lie in a folder with one session: its files, SQLite's own, and the room that is kept for
    /// finishing it.
    static let names = Set(
        ["", "-wal", "-shm", "-journal"].flatMap { [session + $0, review + $0] }
            + SessionReserve.files(session))

    static func folder(of path: String) -> String { SessionConnection.directory(of: path) }

    /// A finished session with its review; the same with a schema that takes any value; a stopped recording
    /// with such a schema; and one as a crash leaves it, its log beside it.
    static func make(in folder: String) throws -> [SessionImage] {
        let making = "\(folder)/making"
        let reading = "\(folder)/reading"
        for folder in [making, reading] {
            FileSystem.removeTree(folder)
            try FileSystem.makeDirectories(folder)
        }
        let path = "\(making)/\(session)"
        let crashed = try record(path)
        let stopped = try FileSystem.read(path)
        _ = try SessionFinisher(path: path).run()
        try SessionReviewing.add(to: path)
        let finished = try FileSystem.read(path)
        let reviewed = try FileSystem.read("\(making)/\(review)")
        var images: [SessionImage] = []
        let place = "\(reading)/\(session)"
        for isLenient in [false, true] {
            images.append(
                try image(
                    place, making, [(session, finished), (review, reviewed)], isLenient))
        }
        images.append(try image(place, making, [(session, stopped)], true))
        images.append(SessionImage(path: place, files: crashed, tables: [], isLenient: false))
        return images
    }

    private static func image(
        _ place: String, _ making: String, _ files: [(name: String, bytes: [UInt8])],
        _ isLenient: Bool
    ) throws -> SessionImage {
        var all: [(name: String, bytes: [UInt8])] = []
        var tables: [SessionImage.Table] = []
        for file in files {
            let path = "\(making)/lenient"
            try SessionImage.write(file.bytes, to: path)
            let queue = try DatabaseQueue(path: path)
            try queue.writeWithoutTransaction { database in
                if isLenient { try SessionLenience.give(database) }
                tables += try self.tables(database, file.name)
            }
            try queue.close()
            all.append((file.name, try FileSystem.read(path)))
            try FileSystem.remove(path)
        }
        return SessionImage(path: place, files: all, tables: tables, isLenient: isLenient)
    }

    private static func tables(
        _ database: Database, _ file: String
    ) throws -> [SessionImage.Table] {
        let names = try String.fetchAll(
            database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        return try names.map { name in
            let columns = try String.fetchAll(
                database, sql: "SELECT name FROM pragma_table_info(?) ORDER BY cid",
                arguments: [name]
            ).map { "\"\($0)\"" }
            let keys = try String.fetchAll(
                database,
                sql: """
                    SELECT name FROM pragma_index_info((SELECT name FROM pragma_index_list(?)
                      WHERE origin = 'pk')) ORDER BY seqno
                    """, arguments: [name])
            let hasRows = (try? Row.fetchOne(database, sql: "SELECT rowid FROM \(name)")) != nil
            return SessionImage.Table(
                file: file, name: name, columns: columns,
                key: hasRows || keys.isEmpty
                    ? "rowid" : keys.map { "\"\($0)\"" }.joined(separator: ", "))
        }
    }

    // MARK: - A recording

    /// Writes a stopped recording.
    /// - Returns: file and log, as they were before the log was brought into the file.
    private static func record(_ path: String) throws -> [(name: String, bytes: [UInt8])] {
        var model = SessionModel(seed: 11)
        let writer = try SessionWriter.create(
            at: path, description: model.description, streams: model.descriptions)
        for _ in 0..<6 { try writer.commit(model.next()) }
        try writer.commit(CountedStream.batch())
        try writer.commit(model.stop())
        let files = try ["", "-wal"].map {
            (name: session + $0, bytes: try FileSystem.read(path + $0))
        }
        try writer.close()
        return files
    }
}
