import GRDB
import SystemCalls

/// A study's database: its participants, their consent, and the index of its sessions.
///
/// The daemon alone opens it for writing; everyone else reads. It keeps no write-ahead log, since
/// it changes a few times a session and readers of other users then need no right to write. May be
/// used from several threads; calls wait for each other.
public final class StudyDatabase: Sendable {
    static let applicationIdentifier = 0x4154_5453
    static let version = 1

    /// The file.
    public let path: String
    private let queue: DatabaseQueue

    /// Opens a study's database for writing; makes it where it is missing.
    /// - Throws: `notASession`, `newerVersion`, `readOnly`, `locked`, `diskFull`.
    public static func open(at path: String) throws(SessionStoreError) -> StudyDatabase {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA mmap_size = 0")
            try database.execute(sql: "PRAGMA synchronous = FULL")
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
            if isNew { try queue.write { try $0.execute(sql: Self.schema) } }
            return StudyDatabase(path: path, queue: queue)
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    /// Opens a study's database for reading.
    /// - Throws: as `open(at:)`, and `missing`.
    public static func openForReading(at path: String) throws(SessionStoreError) -> StudyDatabase {
        try checkHeader(path)
        return StudyDatabase(path: path, queue: try SessionConnection.reading(path))
    }

    private static func checkHeader(_ path: String) throws(SessionStoreError) {
        try SessionHeader.check(
            path, applicationIdentifier: applicationIdentifier, version: version,
            what: "study database")
    }

    private init(path: String, queue: DatabaseQueue) {
        self.path = path
        self.queue = queue
    }

    private static let schema = """
        PRAGMA application_id = \(applicationIdentifier);
        PRAGMA user_version = \(version);
        CREATE TABLE participants (
          code TEXT PRIMARY KEY,
          created_realtime_ns INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE consent (
          id INTEGER PRIMARY KEY,
          participant TEXT NOT NULL REFERENCES participants (code),
          tier TEXT NOT NULL,
          granted INTEGER NOT NULL CHECK (granted IN (0, 1)),
          realtime_ns INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX consent_by_participant ON consent (participant);
        CREATE TABLE sessions (
          id TEXT PRIMARY KEY,
          participant TEXT NOT NULL REFERENCES participants (code),
          kind TEXT NOT NULL,
          file TEXT NOT NULL UNIQUE,
          state TEXT NOT NULL,
          started_realtime_ns INTEGER NOT NULL,
          stopped_realtime_ns INTEGER,
          finished_realtime_ns INTEGER,
          sha256 TEXT,
          size INTEGER,
          parent TEXT,
          continuation_of TEXT
        ) STRICT;
        CREATE INDEX sessions_by_participant ON sessions (participant, started_realtime_ns);
        """

    /// Closes the database. Safe to call twice.
    public func close() throws(SessionStoreError) {
        do { try queue.close() } catch { throw .wrapping(error, path: path) }
    }

    private func write(
        _ body: (Database) throws(SessionStoreError) -> Void
    ) throws(SessionStoreError) {
        do { try queue.write(body) } catch { throw .wrapping(error, path: path) }
    }

    private func read<Result>(
        _ body: (Database) throws(SessionStoreError) -> Result
    ) throws(SessionStoreError) -> Result {
        do { return try queue.read(body) } catch { throw .wrapping(error, path: path) }
    }

    /// Adds a participant; one that is known already stays as it is.
    /// - Throws: `invalidName` for a code that cannot be a directory's name.
    public func register(_ participant: Participant) throws(SessionStoreError) {
        try StudyDirectory.validate(participant.code, "participant")
        try write { database throws(SessionStoreError) in
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
    public func add(_ consent: Consent) throws(SessionStoreError) {
        try write { database throws(SessionStoreError) in
            let row = try RowStatement(
                database,
                "INSERT INTO consent (participant, tier, granted, realtime_ns) VALUES (?, ?, ?, ?)",
                path: path)
            try row.bind(1, consent.participant)
            try row.bind(2, consent.tier)
            try row.bind(3, consent.isGranted ? 1 : Int64(0))
            try row.bind(4, consent.realtime)
            try row.run()
        }
    }

    /// All answers of a participant, in the order in which they were given.
    public func consent(of participant: String) throws(SessionStoreError) -> [Consent] {
        try read { database throws(SessionStoreError) in
            let row = try RowStatement(
                database,
                "SELECT tier, granted, realtime_ns FROM consent WHERE participant = ? ORDER BY id",
                path: path)
            try row.bind(1, participant)
            var answers: [Consent] = []
            while try row.step() {
                answers.append(
                    Consent(
                        participant: participant, tier: row.text(0),
                        isGranted: row.integer(1) != 0, realtime: row.integer(2)))
            }
            return answers
        }
    }

    /// Adds a session to the index, or brings its entry up to date. Its participant must be
    /// registered.
    public func store(_ session: IndexedSession) throws(SessionStoreError) {
        try write { database throws(SessionStoreError) in
            let row = try RowStatement(
                database,
                """
                INSERT INTO sessions (id, participant, kind, file, state, started_realtime_ns,
                  stopped_realtime_ns, finished_realtime_ns, sha256, size, parent, continuation_of)
                  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                  ON CONFLICT (id) DO UPDATE SET file = excluded.file, state = excluded.state,
                  stopped_realtime_ns = excluded.stopped_realtime_ns,
                  finished_realtime_ns = excluded.finished_realtime_ns,
                  sha256 = excluded.sha256, size = excluded.size
                """, path: path)
            try row.bind(1, session.identifier)
            try row.bind(2, session.participant)
            try row.bind(3, session.kind.rawValue)
            try row.bind(4, session.file)
            try row.bind(5, session.state.rawValue)
            try row.bind(6, session.startedRealtime)
            try row.bind(7, session.stoppedRealtime)
            try row.bind(8, session.finishedRealtime)
            try row.bind(9, session.sha256)
            try row.bind(10, session.size)
            try row.bind(11, session.parent)
            try row.bind(12, session.continuationOf)
            try row.run()
        }
    }

    /// A session by its id; nil where the index does not know it.
    public func session(_ identifier: String) throws(SessionStoreError) -> IndexedSession? {
        try sessions("id = ?", identifier).first
    }

    /// The sessions of one participant or of all, by their start.
    public func sessions(
        participant: String? = nil
    ) throws(SessionStoreError) -> [IndexedSession] {
        try sessions("?1 IS NULL OR participant = ?1", participant)
    }

    private func sessions(
        _ condition: String, _ value: String?
    ) throws(SessionStoreError) -> [IndexedSession] {
        try read { database throws(SessionStoreError) in
            let row = try RowStatement(
                database,
                """
                SELECT id, participant, kind, file, state, started_realtime_ns, stopped_realtime_ns,
                  finished_realtime_ns, sha256, size, parent, continuation_of FROM sessions
                  WHERE \(condition) ORDER BY started_realtime_ns, id
                """, path: path)
            try row.bind(1, value)
            var sessions: [IndexedSession] = []
            while try row.step() {
                guard let kind = SessionKind(rawValue: row.text(2)),
                    let state = SessionState(rawValue: row.text(4))
                else {
                    row.reset()
                    throw .damaged(path, "the entry of a session is not understood")
                }
                sessions.append(
                    IndexedSession(
                        identifier: row.text(0), participant: row.text(1), kind: kind,
                        file: row.text(3), state: state, startedRealtime: row.integer(5),
                        stoppedRealtime: row.optionalInteger(6),
                        finishedRealtime: row.optionalInteger(7), sha256: row.optionalText(8),
                        size: row.optionalInteger(9), parent: row.optionalText(10),
                        continuationOf: row.optionalText(11)))
            }
            return sessions
        }
    }
}
