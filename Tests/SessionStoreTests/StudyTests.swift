import GRDB
import SystemCalls
import TestSupport
import Testing

@testable import SessionStore

/// The study database, and where files lie.
@Suite struct StudyTests {
    private let entry = IndexedSession(
        identifier: "s1", participant: "P01", kind: .chat, file: "P01/a-chat.attune",
        state: .recording, startedRealtime: 5)

    @Test func participantsAndConsentAreKept() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("study.db")
        let study = try StudyDatabase.open(at: path)
        let participants = ["P01", "P02"].map { Participant(code: $0, createdRealtime: 7) }
        for participant in participants { try study.register(participant) }
        let answers = [true, false, true].enumerated().map {
            Consent(
                participant: "P01", tier: $0 == 1 ? "draft-text" : "keys", isGranted: $1,
                realtime: Int64($0))
        }
        for answer in answers { try study.add(answer) }
        let reader = try StudyDatabase.openForReading(at: path)
        #expect(try reader.participants() == participants)
        #expect(try reader.consent(of: "P01") == answers)
        #expect(try reader.consent(of: "P02") == [])
        // Nobody answers who is not known.
        let error = failure {
            try study.add(Consent(participant: "P9", tier: "keys", isGranted: true, realtime: 1))
        }
        #expect(error?.code == .invalidInput)
        // A reader cannot write, and a database that is opened again is the same.
        let refused = failure {
            try reader.add(answers[0])
        }
        #expect(refused?.code == .readOnly)
        #expect(try StudyDatabase.open(at: path).participants() == participants)
        #expect(try FileSystem.list(directory.path) == ["study.db"])
    }

    @Test func theIndexFollowsASession() throws {
        let directory = try TemporaryDirectory()
        let study = try StudyDatabase.open(at: directory.file("study.db"))
        let early = failure { try study.store(entry) }
        #expect(early?.code == .invalidInput)
        for code in ["P01", "P02"] {
            try study.register(Participant(code: code, createdRealtime: 1))
        }
        var session = entry
        try study.store(session)
        session.state = .finished
        session.stoppedRealtime = 8
        session.finishedRealtime = 9
        session.sha256 = String(repeating: "ab", count: 32)
        session.size = 12345
        try study.store(session)
        var other = entry
        other.identifier = "s0"
        other.participant = "P02"
        other.file = "P02/b-chat.attune"
        other.startedRealtime = 4
        other.parent = "s1"
        other.continuationOf = "s9"
        try study.store(other)
        #expect(try study.session("s1") == session)
        #expect(try study.session("s2") == nil)
        #expect(try study.sessions() == [other, session])
        #expect(try study.sessions(participant: "P01") == [session])
        // Two sessions never share a file.
        other.identifier = "s3"
        let shared = failure { try study.store(other) }
        #expect(shared?.code == .invalidInput)
        #expect(try study.sessions().count == 2)
    }

    @Test func aMakingThatWasCutShortIsTakenUp() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("study.db")
        try SessionConnection.createFile(path)
        #expect(try StudyDatabase.open(at: path).participants() == [])
    }

    @Test func aNewerVersionIsRefused() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("study.db")
        _ = try StudyDatabase.open(at: path)
        try Compare.spoil(path, "PRAGMA user_version = 7")
        let before = try FileSystem.read(path)
        let openers: [(String) throws -> StudyDatabase] = [
            { try StudyDatabase.open(at: $0) }, { try StudyDatabase.openForReading(at: $0) },
        ]
        for open in openers {
            let error = failure { _ = try open(path) }
            #expect(error?.code == .newerVersion(found: 7, known: 6))
        }
        #expect(try FileSystem.read(path) == before)
    }

    @Test func codesThatWouldLeaveTheFolderAreRefused() throws {
        let directory = try TemporaryDirectory()
        let studies = StudyDirectory(root: directory.path)
        for code in [
            "", ".", "..", "../x", "a/b", "/etc", "a\0b", "a b", "-rf", "_x", ".hidden", "ä", "a.b",
            "a\n", "~", "$HOME", String(repeating: "a", count: 65),
        ] {
            let attempts: [() throws -> Void] = [
                { _ = try studies.database(study: code) },
                { _ = try studies.directory(study: "pilot", participant: code) },
                {
                    _ = try studies.makeSessionPath(
                        study: code, participant: "P01", kind: .chat, started: 0)
                },
                {
                    _ = try StudyDirectory.relativePath(participant: code, kind: .chat, started: 0)
                },
            ]
            for attempt in attempts {
                let error = failure(attempt)
                #expect(error?.code == .invalidName, "'\(code)'")
                #expect(error?.message.contains("letters, digits") == true)
            }
        }
        #expect(try FileSystem.list(directory.path) == [])
        for code in ["a", "P01", "2026-pilot_b", String(repeating: "a", count: 64)] {
            try StudyDirectory.validate(code, "study")
        }
    }

    @Test func filesAreNamedByTheirStart() throws {
        let directory = try TemporaryDirectory()
        let studies = StudyDirectory(root: directory.path)
        let started: Int64 = 1_795_253_400_999_999_999
        let path = try studies.makeSessionPath(
            study: "pilot", participant: "P01", kind: .commentary, started: started)
        #expect(path == directory.path + "/pilot/P01/20261121T093000Z-commentary.attune")
        #expect(FileSystem.exists(directory.path + "/pilot/P01"))
        for started in [Int64.min, -1, 0, .max] {
            #expect(
                try StudyDirectory.relativePath(
                    participant: "P01", kind: .chat, started: started
                ).hasSuffix("Z-chat.attune"))
        }
    }
}
