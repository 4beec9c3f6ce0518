import GRDB
import SystemCalls

/// A study's database: its participants, their places and consent, and the index of its sessions.
///
/// The daemon alone opens it for writing; everyone else reads. It keeps no write-ahead log, since
/// it changes a few times a session and readers of other users then need no right to write. May be
/// used from several threads; calls wait for each other.
public final class StudyDatabase: Sendable {
    static let applicationIdentifier = StudySchema.applicationIdentifier

    /// The file.
    public let path: String
    /// The version of the file's format; an older one is only ever read.
    let version: Int
    private let queue: DatabaseQueue

    /// Opens a study's database for writing; makes it where it is missing, and brings an older one
    /// up to date in one transaction.
    /// - Throws: `notASession`, `newerVersion`, `readOnly`, `locked`, `diskFull`.
    public static func open(at path: String) throws(SessionStoreError) -> StudyDatabase {
        var configuration = Configuration()
        // The station's own thread waits meanwhile; it tries again later.
        configuration.busyMode = .timeout(0.25)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA mmap_size = 0")
            try database.execute(sql: "PRAGMA synchronous = FULL")
            // What is deleted of a participant is to be gone.
            try database.execute(sql: "PRAGMA secure_delete = ON")
        }
        do {
            if !FileSystem.exists(path) {
                try SessionConnection.createFile(path)
                try FileSystem.syncDirectory(SessionConnection.directory(of: path))
            }
            // An empty file is one whose making was cut short.
            let isNew = try FileSystem.size(path) == 0
            if !isNew { try checkHeader(path) }
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.write { database in
                if isNew { try database.execute(sql: StudySchema.first) }
                if try Self.version(of: database) < 2 {
                    try database.execute(sql: StudySchema.second)
                }
                if try Self.version(of: database) < 3 {
                    try database.execute(sql: StudySchema.third)
                }
                if try Self.version(of: database) < 4 {
                    try database.execute(sql: StudySchema.fourth)
                }
                if try Self.version(of: database) < 5 {
                    try database.execute(sql: StudySchema.fifth)
                }
                if try Self.version(of: database) < 6 {
                    try database.execute(sql: StudySchema.sixth)
                }
            }
            return StudyDatabase(path: path, version: StudySchema.version, queue: queue)
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    /// Opens a study's database for reading, of any version that was released.
    /// - Throws: as `open(at:)`, and `missing`.
    public static func openForReading(at path: String) throws(SessionStoreError) -> StudyDatabase {
        try checkHeader(path)
        let queue = try SessionConnection.reading(path)
        do {
            let version = try queue.read { try Self.version(of: $0) }
            return StudyDatabase(path: path, version: version, queue: queue)
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    private static func version(of database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    }

    private static func checkHeader(_ path: String) throws(SessionStoreError) {
        try SessionHeader.check(
            path, applicationIdentifier: applicationIdentifier, version: StudySchema.version,
            what: "study database")
    }

    private init(path: String, version: Int, queue: DatabaseQueue) {
        self.path = path
        self.version = version
        self.queue = queue
    }

    /// Closes the database. Safe to call twice.
    public func close() throws(SessionStoreError) {
        do { try queue.close() } catch { throw .wrapping(error, path: path) }
    }

    func write(
        _ body: (Database) throws(SessionStoreError) -> Void
    ) throws(SessionStoreError) {
        do { try queue.write(body) } catch { throw .wrapping(error, path: path) }
    }

    /// Runs in one transaction without the triggers that keep rows; they are back when it ends. What was
    /// overwritten is gone from the file.
    func withoutKeeping(_ body: (Database) throws -> Void) throws {
        try queue.write { database in
            let triggers = try Row.fetchAll(
                database, sql: "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).map { ($0[0] as String, $0[1] as String) }
            for (name, _) in triggers { try database.execute(sql: "DROP TRIGGER \"\(name)\"") }
            try body(database)
            for (_, sql) in triggers { try database.execute(sql: sql) }
        }
        try queue.writeWithoutTransaction { try $0.execute(sql: "VACUUM") }
    }

    func read<Result>(
        _ body: (Database) throws(SessionStoreError) -> Result
    ) throws(SessionStoreError) -> Result {
        do { return try queue.read(body) } catch { throw .wrapping(error, path: path) }
    }

    /// Adds a participant; one that is known already stays as it is.
    /// - Throws: `invalidName` for a code that cannot be a directory's name.
    public func register(_ participant: Participant) throws(SessionStoreError) {
        try StudyDirectory.validate(participant.code, "participant")
        try write { database throws(SessionStoreError) in
            try insert(participant, into: database)
        }
    }

    func insert(
        _ participant: Participant, into database: Database
    ) throws(SessionStoreError) {
        let row = try RowStatement(
            database,
            """
            INSERT INTO participants (code, created_realtime_ns) VALUES (?, ?)
              ON CONFLICT (code) DO NOTHING
            """, path: path)
        try row.bind(1, participant.code)
        try row.bind(2, participant.createdRealtime)
        try row.run()
    }

    /// All participants, by code.
    public func participants() throws(SessionStoreError) -> [Participant] {
        try read { database throws(SessionStoreError) in
            let row = try RowStatement(
                database, "SELECT code, created_realtime_ns FROM participants ORDER BY code",
                path: path)
            var participants: [Participant] = []
            while try row.step() {
                participants.append(
                    Participant(code: row.text(0), createdRealtime: row.integer(1)))
            }
            return participants
        }
    }

    /// Adds a participant's answer to a tier of consent. The participant must be registered.
    public func add(_ consent: Consent) throws(SessionStoreError) { try add([consent]) }

    /// Adds several answers, all or none of them.
    public func add(_ answers: [Consent]) throws(SessionStoreError) {
        try write { database throws(SessionStoreError) in
            for consent in answers {
                let row = try RowStatement(
                    database,
                    """
                    INSERT INTO consent (participant, tier, granted, realtime_ns, actor, session)
                      VALUES (?, ?, ?, ?, ?, ?)
                    """, path: path)
                try row.bind(1, consent.participant)
                try row.bind(2, consent.tier)
                try row.bind(3, consent.isGranted ? 1 : Int64(0))
                try row.bind(4, consent.realtime)
                try row.bind(5, consent.actor)
                try row.bind(6, consent.session)
                try row.run()
            }
        }
    }

    /// All answers of a participant, in the order in which they were given.
    public func consent(of participant: String) throws(SessionStoreError) -> [Consent] {
        let columns = version < 2 ? "NULL, NULL" : "actor, session"
        return try read { database throws(SessionStoreError) in
            let row = try RowStatement(
                database,
                """
                SELECT tier, granted, realtime_ns, \(columns) FROM consent WHERE participant = ?
                  ORDER BY id
                """, path: path)
            try row.bind(1, participant)
            var answers: [Consent] = []
            while try row.step() {
                answers.append(
                    Consent(
                        participant: participant, tier: row.text(0),
                        isGranted: row.integer(1) != 0, realtime: row.integer(2),
                        actor: row.optionalText(3), session: row.optionalText(4)))
            }
            return answers
        }
    }
}
