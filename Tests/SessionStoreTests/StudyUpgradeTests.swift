import GRDB
import SystemCalls
import TestSupport
import Testing

@testable import SessionStore

/// Study databases of version 1 are read as they are, and brought up to date by the daemon.
@Suite struct StudyUpgradeTests {
    /// The text that made version 1, as it was released.
    private static let first = """
        PRAGMA application_id = 1096045651;
        PRAGMA user_version = 1;
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
        INSERT INTO participants VALUES ('P01', 7), ('P02', 8);
        INSERT INTO consent VALUES (1, 'P01', 'sensors', 1, 9), (2, 'P01', 'sensors', 0, 10);
        INSERT INTO sessions VALUES ('s1', 'P01', 'chat', 'P01/a-chat.attune', 'finished', 11, 12,
          13, 'ab', 14, NULL, 's0');
        """

    private let answers = [
        Consent(participant: "P01", tier: "sensors", isGranted: true, realtime: 9),
        Consent(participant: "P01", tier: "sensors", isGranted: false, realtime: 10),
    ]
    private let session = IndexedSession(
        identifier: "s1", participant: "P01", kind: .chat, file: "P01/a-chat.attune",
        state: .finished, startedRealtime: 11, stoppedRealtime: 12, finishedRealtime: 13,
        sha256: "ab", size: 14, continuationOf: "s0")

    private func made(_ directory: TemporaryDirectory) throws -> String {
        let path = directory.file("study.db")
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: Self.first) }
        try queue.close()
        return path
    }

    private func version(_ path: String) throws -> Int? {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
    }

    @Test func theFirstVersionIsReadAsItIs() throws {
        let directory = try TemporaryDirectory()
        let path = try made(directory)
        let before = try FileSystem.read(path)
        let reader = try StudyDatabase.openForReading(at: path)
        #expect(try reader.participants().map(\.code) == ["P01", "P02"])
        #expect(try reader.consent(of: "P01") == answers)
        #expect(try reader.sessions() == [session])
        #expect(try reader.settings() == nil)
        #expect(try reader.protocols() == [])
        #expect(
            try reader.roster() == [
                RosterEntry(participant: Participant(code: "P01", createdRealtime: 7)),
                RosterEntry(participant: Participant(code: "P02", createdRealtime: 8)),
            ])
        try reader.close()
        #expect(try FileSystem.read(path) == before)
    }

    @Test func theFirstVersionIsBroughtUpToDate() throws {
        let directory = try TemporaryDirectory()
        let path = try made(directory)
        // A reader that was there before goes on.
        let reader = try StudyDatabase.openForReading(at: path)
        let study = try StudyDatabase.open(at: path)
        #expect(try version(path) == 6)
        #expect(try study.consent(of: "P01") == answers)
        #expect(try study.sessions() == [session])
        #expect(try reader.consent(of: "P01") == answers)
        #expect(try reader.sessions() == [session])
        var newer = session
        newer.visit = 2
        newer.condition = ["suggestions": "on"]
        newer.isPilot = false
        newer.outcome = "completed"
        try study.store(newer)
        #expect(try study.sessions() == [newer])
        // What a later entry does not say stays.
        try study.store(session)
        #expect(try study.sessions() == [newer])
        try study.close()
        let again = try StudyDatabase.open(at: path)
        #expect(try again.sessions() == [newer])
    }

    /// A file of version 2 is read as one without review plans, and gets their tables.
    @Test func theSecondVersionIsBroughtUpToDate() throws {
        let directory = try TemporaryDirectory()
        let path = try made(directory)
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: StudySchema.second) }
        try queue.close()
        #expect(try version(path) == 2)
        let before = try FileSystem.read(path)
        let reader = try StudyDatabase.openForReading(at: path)
        #expect(try reader.reviewPlans() == [] && reader.reviewAssignments() == [])
        #expect(try reader.assignmentChanges() == [] && reader.settings() == nil)
        #expect(try reader.consent(of: "P01") == answers)
        try reader.close()
        #expect(try FileSystem.read(path) == before)
        let study = try StudyDatabase.open(at: path)
        #expect(try version(path) == 6)
        #expect(try study.sessions() == [session])
        #expect(try study.reviewPlans() == [])
    }

    /// However a file came to its version, it is the same one.
    @Test func anUpgradedFileIsLikeANewOne() throws {
        let directory = try TemporaryDirectory()
        let old = try made(directory)
        try StudyDatabase.open(at: old).close()
        let new = directory.file("new.db")
        try StudyDatabase.open(at: new).close()
        func schema(_ path: String) throws -> [String] {
            let queue = try DatabaseQueue(path: path)
            defer { try? queue.close() }
            return try queue.read {
                try String.fetchAll(
                    $0, sql: "SELECT sql FROM sqlite_master WHERE sql NOT NULL ORDER BY name")
            }
        }
        #expect(try schema(old) == schema(new))
        #expect(try version(new) == 6)
    }

    /// An upgrade that fails half way leaves the file as it was.
    @Test func anUpgradeThatFailsChangesNothing() throws {
        let directory = try TemporaryDirectory()
        let path = try made(directory)
        // Stands in the way of a table that the upgrade makes behind the new columns.
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: "CREATE TABLE visits (mine TEXT) STRICT") }
        try queue.close()
        #expect(throws: SessionStoreError.self) { try StudyDatabase.open(at: path) }
        #expect(try version(path) == 1)
        let reader = try StudyDatabase.openForReading(at: path)
        #expect(try reader.consent(of: "P01") == answers)
    }
}
