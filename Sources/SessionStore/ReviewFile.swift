import GRDB
import Glibc
import SystemCalls
import Timebase

/// What was added to a finished session: the review file beside it, `X.review` for `X.attune`.
///
/// The session file never changes again, so that later alignments are rows here. Rows are only
/// added. The daemon alone writes where it runs; it keeps no write-ahead log, as the study's
/// database. Belongs to one thread.
struct ReviewFile {
    let path: String
    let queue: DatabaseQueue

    /// Where the review file of a session file is.
    static func path(of session: String) -> String {
        (session.hasSuffix(".attune") ? String(session.dropLast(".attune".count)) : session)
            + ".review"
    }

    static func checkHeader(_ path: String) throws(SessionStoreError) {
        try SessionHeader.check(
            path, applicationIdentifier: ReviewSchema.applicationIdentifier,
            version: ReviewSchema.version, what: "review file")
    }

    // MARK: - Writing

    /// Opens the review file of a session for writing; makes it where it is missing.
    static func writing(
        _ path: String, session identifier: String
    ) throws(SessionStoreError) -> ReviewFile {
        do {
            if !FileSystem.exists(path) { try make(path, session: identifier) }
            try checkHeader(path)
            let file = ReviewFile(path: path, queue: try connect(path))
            try file.queue.read {
                try SchemaGuard.check($0, path, keepsRows: true)
                try file.check($0, belongsTo: identifier)
            }
            return file
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    /// Puts an empty file in its place, whole or not at all, since readers may look at any moment.
    private static func make(_ path: String, session identifier: String) throws {
        let beside = path + ".making-\(getpid())"
        try SessionConnection.createFile(beside)
        defer { for suffix in ["", "-journal"] { try? FileSystem.remove(beside + suffix) } }
        let queue = try connect(beside)
        try queue.write { database in
            try database.execute(sql: ReviewSchema.all)
            let row = try RowStatement(
                database,
                """
                INSERT INTO review (one, session_id, made_realtime_ns, software_version)
                  VALUES (1, ?, ?, ?)
                """, path: path)
            try row.bind(1, identifier)
            try row.bind(2, Clocks.realtime())
            try row.bind(3, SoftwareVersion.current)
            try row.run()
        }
        try queue.close()
        let directory = SessionConnection.directory(of: path)
        giveAway(beside, asIn: directory)
        do throws(SystemError) {
            try systemCall("link", path) { unsafe link(beside, path) }
        } catch {
            // Another one was faster, and what it made is not to be lost.
            guard error.code == EEXIST else { throw error }
        }
        try FileSystem.syncDirectory(directory)
    }

    /// What root makes belongs to the directory's owner, who has to write it later.
    private static func giveAway(_ path: String, asIn directory: String) {
        var owner = stat()
        guard geteuid() == 0, unsafe stat(directory, &owner) == 0 else { return }
        _ = unsafe chown(path, owner.st_uid, owner.st_gid)
    }

    private static func connect(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA mmap_size = 0")
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Adds an alignment with all its rows, in one durable transaction.
    /// - Returns: its number.
    func add(
        _ entry: AlignmentEntry, _ results: [SessionAlignment.Result]
    ) throws(SessionStoreError) -> Int64 {
        do {
            return try queue.write { database in
                let id = try insert(entry, database)
                for result in results { try insert(result, id, database) }
                return id
            }
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    private func insert(
        _ entry: AlignmentEntry, _ database: Database
    ) throws(SessionStoreError) -> Int64 {
        let row = try RowStatement(
            database,
            """
            INSERT INTO alignments (made_realtime_ns, software_version, method, reason, session_id,
              session_sha256, detail) VALUES (?, ?, ?, ?, ?, ?, ?)
            """, path: path)
        try row.bind(1, entry.madeRealtime)
        try row.bind(2, entry.softwareVersion)
        try row.bind(3, entry.method)
        try row.bind(4, entry.reason)
        try row.bind(5, entry.session)
        try row.bind(6, entry.sessionSHA256)
        try row.bind(7, entry.detail)
        try row.run()
        return database.lastInsertedRowID
    }

    private func insert(
        _ result: SessionAlignment.Result, _ id: Int64, _ database: Database
    ) throws(SessionStoreError) {
        let segment = try RowStatement(
            database,
            """
            INSERT INTO alignment_segments (alignment_id, stream_id, first_index, last_index,
              origin_ns, period_ns, bound_ns, method, drift_ppm, jitter_ns)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, path: path)
        for entry in result.segments {
            try segment.bind(1, id)
            try segment.bind(2, result.stream.id)
            try segment.bind(3, entry.firstIndex)
            try segment.bind(4, entry.lastIndex)
            try segment.bind(5, entry.origin)
            try segment.bind(6, entry.period)
            try segment.bind(7, entry.bound)
            try segment.bind(8, entry.method)
            try segment.bind(9, entry.driftPPM)
            try segment.bind(10, entry.jitter)
            try segment.run()
        }
        let gap = try RowStatement(
            database,
            """
            INSERT INTO alignment_gaps (alignment_id, stream_id, after_index, cause, start_ns,
              end_ns, lost, lost_bound) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """, path: path)
        for entry in result.gaps {
            try gap.bind(1, id)
            try gap.bind(2, result.stream.id)
            try gap.bind(3, entry.afterIndex)
            try gap.bind(4, entry.cause.rawValue)
            try gap.bind(5, entry.start)
            try gap.bind(6, entry.end)
            try gap.bind(7, entry.lost)
            try gap.bind(8, entry.lostBound)
            try gap.run()
        }
    }

    func close() throws(SessionStoreError) {
        do { try queue.close() } catch { throw .wrapping(error, path: path) }
    }

    // MARK: - Reading

    /// The alignment that a reader of a session file is to take; nil for the file's own.
    static func alignment(
        _ choice: AlignmentChoice, of session: String, _ row: SessionRow
    ) throws(SessionStoreError) -> StoredAlignment? {
        let path = path(of: session)
        if choice == .recorded { return nil }
        // A session that is not finished has no review: its times still change by themselves.
        guard row.finishedRealtime != nil, FileSystem.exists(path) else {
            return try nothing(choice, session)
        }
        try checkHeader(path)
        let queue = try SessionConnection.reading(path)
        let file = ReviewFile(path: path, queue: queue)
        do {
            let identifier = row.description.identifier
            let found = try queue.read { database in
                try SchemaGuard.check(database, path, keepsRows: true)
                try file.check(database, belongsTo: identifier)
                return try file.alignment(choice, database, identifier)
            }
            try queue.close()
            return try found ?? nothing(choice, session)
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    private static func nothing(
        _ choice: AlignmentChoice, _ session: String
    ) throws(SessionStoreError) -> StoredAlignment? {
        guard case .number(let number) = choice else { return nil }
        throw SessionStoreError(
            code: .missing,
            message: "\(session) has no alignment \(number); 'attune align' makes one, "
                + "'recorded' is that of the file itself")
    }

    func check(
        _ database: Database, belongsTo identifier: String
    ) throws(SessionStoreError) {
        let row = try RowStatement(database, "SELECT session_id FROM review", path: path)
        defer { row.reset() }
        guard try row.step() else { throw .damaged(path, "it does not say whose it is") }
        guard row.text(0) == identifier else {
            throw SessionStoreError(
                code: .wrongReview,
                message: "\(path) belongs to session \(row.text(0)), the file beside it is "
                    + "session \(identifier); put the right one there, or take "
                    + "'--alignment recorded'")
        }
    }

    func alignment(
        _ choice: AlignmentChoice, _ database: Database, _ identifier: String
    ) throws(SessionStoreError) -> StoredAlignment? {
        let row = try RowStatement(
            database,
            """
            SELECT id, made_realtime_ns, software_version, method, reason, session_id,
              session_sha256, detail FROM alignments WHERE ?1 IS NULL OR id = ?1
              ORDER BY id DESC LIMIT 1
            """, path: path)
        if case .number(let number) = choice { try row.bind(1, number) }
        guard try row.step() else { return nil }
        let entry = AlignmentEntry(
            id: row.integer(0), madeRealtime: row.realtime(1), softwareVersion: row.text(2),
            method: row.text(3), reason: row.text(4), session: row.text(5),
            sessionSHA256: row.text(6), detail: row.text(7))
        row.reset()
        guard entry.session == identifier else {
            throw .damaged(path, "alignment \(entry.id) is of session \(entry.session)")
        }
        return StoredAlignment(
            entry: entry, segments: try segments(entry.id, database),
            gaps: try gaps(entry.id, database))
    }

    private func segments(
        _ id: Int64, _ database: Database
    ) throws(SessionStoreError) -> [Int64: [ClockSegment]] {
        let row = try RowStatement(
            database,
            """
            SELECT stream_id, first_index, last_index, origin_ns, period_ns, bound_ns, method,
              drift_ppm, jitter_ns FROM alignment_segments WHERE alignment_id = ?
              ORDER BY stream_id, first_index
            """, path: path)
        try row.bind(1, id)
        var segments: [Int64: [ClockSegment]] = [:]
        while try row.step() {
            let segment = row.segment(from: 1)
            let before = segments[row.integer(0)]?.last?.firstIndex ?? -1
            guard segment.isPossible, segment.firstIndex > before else {
                row.reset()
                throw .damaged(path, "a clock segment of alignment \(id) is impossible")
            }
            segments[row.integer(0), default: []].append(segment)
        }
        return segments
    }

    private func gaps(_ id: Int64, _ database: Database) throws(SessionStoreError) -> [StreamGap] {
        let row = try RowStatement(
            database,
            """
            SELECT stream_id, cause, after_index, start_ns, end_ns, lost, lost_bound
              FROM alignment_gaps WHERE alignment_id = ? ORDER BY stream_id, after_index
            """, path: path)
        try row.bind(1, id)
        return try row.gaps(path)
    }
}
