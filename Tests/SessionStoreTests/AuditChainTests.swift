import GRDB
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import SessionStore

/// An audit trail that somebody had a hand in must show.
@Suite struct AuditChainTests {
    let directory: TemporaryDirectory
    var path: String { directory.file("session.attune") }
    private static let session = "5f0f1a8e-0000-4000-8000-000000000001"

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func entry(_ number: Int, _ detail: String = "{}") -> AuditEntry {
        AuditEntry(
            time: Instant(nanoseconds: Int64(number)), realtime: Int64(number) + 1_000,
            actor: "uid \(number)", action: "mark", detail: detail)
    }

    /// A session with six rows, two of them in one batch.
    private func write(version: String = SoftwareVersion.current) throws -> [AuditHead] {
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: Self.session, kind: .chat, study: "test", participant: "p01",
                station: "here", softwareVersion: version, bootIdentifier: "boot",
                started: Instant(nanoseconds: 0), startedRealtime: 1_000))
        var heads: [AuditHead] = []
        for numbers in [[1], [2, 3], [4], [5], [6]] {
            var batch = SessionBatch()
            batch.audit = numbers.map { entry($0) }
            if numbers == [1] {
                batch.timeTriples = [
                    RecordedTriple(
                        triple: TimeTriple(
                            monotonic: Instant(nanoseconds: 0), boottime: 0, realtime: 1_000,
                            uncertainty: 10), cause: "start")
                ]
            }
            if numbers == [6] {
                batch.stateChange = SessionStateChange(
                    state: .stopped, at: Instant(nanoseconds: 2_000))
            }
            heads.append(try #require(try writer.commit(batch).audit))
        }
        try writer.close()
        return heads
    }

    private func alter(_ sql: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    private func errors(_ anchors: AuditAnchors? = nil) throws -> [String] {
        try SessionCheck(path: path, anchors: anchors).run()
            .filter { $0.severity == .error }.map(\.message)
    }

    private func journal(_ heads: [AuditHead]) -> AuditAnchors {
        AuditAnchors(source: "the journal", lines: heads.map { AuditAnchor($0).message })
    }

    @Test func aTrailThatNobodyTouchedHolds() throws {
        let heads = try write()
        #expect(heads.map(\.count) == [1, 3, 4, 5, 6])
        #expect(heads.allSatisfy { $0.subject == Self.session })
        #expect(try errors(journal(heads)) == [])
        // The finisher adds a row, and the journal may not have it yet.
        let finished = try SessionFinisher(path: path).run()
        #expect(finished.audit?.count == 7)
        #expect(try errors(journal(heads)) == [])
        #expect(try errors(journal(heads + [try #require(finished.audit)])) == [])
    }

    @Test(arguments: [
        ("UPDATE audit SET actor = 'uid 0' WHERE id = 3", "row 3"),
        ("UPDATE audit SET realtime_ns = realtime_ns + 1 WHERE id = 6", "row 6"),
        ("UPDATE audit SET detail = '{\"a\":1}' WHERE id = 2", "detail of row 2"),
        ("DELETE FROM audit WHERE id = 4", "taken out"),
        ("DELETE FROM audit WHERE id = 6", "had 6 rows, and has 5"),
        (
            "DELETE FROM audit WHERE id > 4; DELETE FROM audit_chain WHERE audit_id > 4",
            "had 6 rows, and has 4"
        ),
        (
            """
            DELETE FROM audit WHERE id = 3; DELETE FROM audit_chain WHERE audit_id = 3;
            UPDATE audit_head SET count = 5
            """, "row 3"
        ),
        (
            """
            UPDATE audit SET id = 99 WHERE id = 2; UPDATE audit SET id = 2 WHERE id = 3;
            UPDATE audit SET id = 3 WHERE id = 99;
            UPDATE audit_chain SET audit_id = 99 WHERE audit_id = 2;
            UPDATE audit_chain SET audit_id = 2 WHERE audit_id = 3;
            UPDATE audit_chain SET audit_id = 3 WHERE audit_id = 99
            """, "swapped"
        ),
        ("DELETE FROM audit_head", "end is not stored"),
        ("DROP TABLE audit_head", "end is not stored"),
        ("DROP TABLE audit_chain; DROP TABLE audit_head", "somebody took it away"),
        ("UPDATE audit_head SET subject = 'another'", "not of \(session)"),
        (
            "INSERT INTO audit SELECT 99, t_ns, realtime_ns, actor, action, detail FROM audit WHERE id = 1",
            "not chained"
        ),
    ])
    func whatWasDoneToItIsFound(sql: String, word: String) throws {
        _ = try write()
        try alter(sql)
        let found = try errors()
        #expect(found.contains { $0.contains(word) }, "\(sql): \(found)")
    }

    /// Whoever knows how the chain is made can make another one. Only the journal tells.
    @Test func aTrailThatWasWrittenAnewIsFoundByTheJournal() throws {
        let heads = try write()
        try alter(
            """
            UPDATE audit SET actor = 'uid 0' WHERE id = 3; DELETE FROM audit_chain;
            DELETE FROM audit_head
            """)
        try chainAnew()
        #expect(try errors() == [])
        #expect(try errors(journal(heads)).contains { $0.contains("written anew") })
        // The first two rows are the same; what the journal says of them alone contradicts nothing.
        #expect(try errors(journal([heads[0]])).contains { $0.contains("written anew") })
    }

    @Test func aTrailThatWasCutShortAndClosedAnewIsFoundByTheJournal() throws {
        let heads = try write()
        try alter(
            """
            DELETE FROM audit WHERE id > 4; DELETE FROM audit_chain WHERE audit_id > 4;
            UPDATE audit_head SET count = 4,
              hash = (SELECT hash FROM audit_chain WHERE audit_id = 4)
            """)
        #expect(try errors() == [])
        #expect(try errors(journal(Array(heads[..<3]))) == [])
        #expect(try errors(journal(heads)).contains { $0.contains("were taken out") })
    }

    /// Whoever takes the chain away takes the comparison away, unless the journal is asked by the session.
    @Test func aChainThatWasTakenAwayIsFoundByTheJournal() throws {
        let heads = try write(version: "0.1.0")
        try alter(
            """
            DROP TABLE audit_chain; DROP TABLE audit_head;
            UPDATE audit SET actor = 'uid 0' WHERE id = 3
            """)
        #expect(try errors() == [])
        #expect(try errors(journal(heads)).contains { $0.contains("it was taken away") })
        #expect(try AuditHead.subject(of: path) == Self.session)
        try alter("UPDATE audit SET actor = 'uid 1' WHERE id = 3")
        let other = AuditHead(subject: "another", count: 9, hash: "ab")
        #expect(try errors(journal([other])) == [])
    }

    @Test(arguments: [
        ("0.1.0", false), ("0.2.0", true), ("0.2", true), ("0.10.1", true), ("1", true),
        ("1.0", true), ("", false), ("bench", false), ("0", false), ("0.x", false),
    ])
    func programsThatWriteChains(version: String, writes: Bool) {
        #expect(SoftwareVersion.writesChains(version) == writes)
        #expect(SoftwareVersion.writesChains(SoftwareVersion.current))
    }

    private func chainAnew() throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write { database in
            _ = try AuditTrail(database: database, path: path).add([], subject: Self.session)
        }
        try queue.close()
    }

    @Test func aRecordingOfAnEarlierProgramIsReadAndChainedOnceItGoesOn() throws {
        _ = try write(version: "0.1.0")
        try alter("DROP TABLE audit_chain; DROP TABLE audit_head")
        let before = try SessionCheck(path: path).run()
        #expect(before.allSatisfy { $0.severity == .note }, "\(before)")
        #expect(before.contains { $0.message.contains("no chain") })
        let finished = try SessionFinisher(path: path).run()
        #expect(finished.audit?.count == 7)
        #expect(try errors() == [])
    }

    @Test func aJournalsLinesAreUnderstoodInBothForms() throws {
        let head = AuditHead(subject: Self.session, count: 3, hash: "ab")
        let text = "2026-11-21T09:30:00Z attuned: " + AuditAnchor(head).message
        #expect(AuditAnchor(line: text)?.head == head)
        let json = """
            {"ATTUNE_SUBJECT":"\(Self.session)","ATTUNE_AUDIT_COUNT":"3","ATTUNE_AUDIT_HEAD":"ab",\
            "__REALTIME_TIMESTAMP":"17","_UID":"998","MESSAGE":"something"}
            """
        #expect(AuditAnchor(line: json) == AuditAnchor(head, realtime: 17_000, user: "998"))
        #expect(AuditAnchor(line: "{\"MESSAGE\":\"\(AuditAnchor(head).message)\"}")?.head == head)
        for other in ["", "{", "{}", "audit trail of x", "audit trail of x: y rows, head z"] {
            #expect(AuditAnchor(line: other) == nil)
        }
    }

    @Test func noTwoListsOfFieldsHaveTheSameHash() {
        let hashes = [["ab", "c"], ["a", "bc"], ["abc"], ["ab", "c", ""], ["", "abc"]].map {
            FileHash.sha256(fields: $0)
        }
        #expect(Set(hashes).count == hashes.count)
        #expect(AuditChain.makeIdentifier().count == 32)
        #expect(Set((0..<100).map { _ in AuditChain.makeIdentifier() }).count == 100)
    }

    @Test func aStudysTrailIsChained() throws {
        let path = directory.file("study.db")
        let database = try StudyDatabase.open(at: path)
        let first = try database.note([entry(1), entry(2)])
        let second = try database.note([entry(3)])
        try database.close()
        #expect(first.count == 2 && second.count == 3 && first.subject == second.subject)
        let anchors = journal([first, second])
        #expect(try TrailCheck(path: path, anchors: anchors).run() == [])
        try takeAway("DROP TABLE audit_chain; DROP TABLE audit_head", from: path) {
            let found = try TrailCheck(path: path).run()
            #expect(found.contains { $0.severity == .error })
        }
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: "UPDATE audit SET actor = 'uid 0' WHERE id = 1") }
        try queue.close()
        #expect(try TrailCheck(path: path).run().contains { $0.message.contains("row 1") })
    }

    @Test func aStationsTrailIsChained() throws {
        let path = directory.file("station.audit")
        let trail = try StationTrail.open(at: path)
        let head = try trail.note([entry(1)])
        try trail.close()
        let again = try StationTrail.open(at: path)
        #expect(try again.note([entry(2)]).subject == head.subject)
        try again.close()
        #expect(
            try TrailCheck(path: path, anchors: journal([head])).run().allSatisfy {
                $0.severity == .note
            })
        #expect(try AuditHead.subject(of: path) == head.subject)
    }

    /// Changes a copy, looks at it in the file's place, and brings the file back.
    private func takeAway(_ sql: String, from path: String, _ look: () throws -> Void) throws {
        let bytes = try FileSystem.read(path)
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
        try look()
        try FileSystem.remove(path)
        try FileSystem.write(bytes, to: path)
    }

    /// A trail's subject is random: another one in its place has another, and the same name.
    @Test(arguments: ["study.db", "station.audit"])
    func aTrailThatWasBegunAnewInAnothersPlaceIsFound(file: String) throws {
        let folder = directory.file("data/pilot")
        try FileSystem.makeDirectories(folder)
        let path = file == "study.db" ? "\(folder)/study.db" : directory.file("data/station.audit")
        let name =
            file == "study.db"
            ? AuditTrailName.study("pilot", data: directory.file("data"))
            : .station(data: directory.file("data"))
        func begin() throws -> AuditHead {
            if file == "study.db" {
                let database = try StudyDatabase.open(at: path)
                defer { try? database.close() }
                return try database.note([entry(1), entry(2)])
            }
            let trail = try StationTrail.open(at: path)
            defer { try? trail.close() }
            return try trail.note([entry(1), entry(2)])
        }
        func errors(_ anchors: [AuditAnchor], _ path: String) throws -> [String] {
            let lines = anchors.map(\.message)
            return try TrailCheck(
                path: path, anchors: AuditAnchors(source: "the journal", lines: lines)
            )
            .run().filter { $0.severity == .error }.map(\.message)
        }
        let first = AuditAnchor(try begin(), of: name)
        #expect(try errors([first], path) == [])
        let copy = directory.file("copy")
        try FileSystem.makeDirectories(copy)
        try FileSystem.write(FileSystem.read(path), to: "\(copy)/\(file)")
        // Another station's, in another data directory, says nothing about this one.
        let elsewhere = AuditAnchor(
            AuditHead(subject: "other:1", count: 9, hash: "ab"),
            of: AuditTrailName(name: name.name, folder: "/elsewhere"))
        #expect(try errors([first, elsewhere], path) == [])
        // With the chain gone.
        try takeAway("DROP TABLE audit_chain; DROP TABLE audit_head", from: path) {
            let found = try errors([first], path)
            #expect(found.contains { $0.contains("this file has none") })
        }
        // With another one in its place.
        try FileSystem.remove(path)
        let second = AuditAnchor(try begin(), of: name)
        #expect(first.head.subject != second.head.subject)
        for anchors in [[first], [first, second]] {
            let found = try errors(anchors, path)
            #expect(found.contains { $0.contains("begun anew in the other's place") }, "\(found)")
        }
        // The old one, looked at elsewhere: its own entries tell what it was called.
        #expect(try errors([first], "\(copy)/\(file)") == [])
        #expect(try errors([first, second], "\(copy)/\(file)").count == 1)
    }

    @Test func anAnchorsNameIsUnderstoodInBothForms() {
        let anchor = AuditAnchor(
            AuditHead(subject: "study:ab", count: 3, hash: "cd"),
            of: AuditTrailName(name: "study pilot", folder: "/var/lib/at tune (1)"))
        #expect(AuditAnchor(line: "x attuned: \(anchor.message)") == anchor)
        let json = """
            {"ATTUNE_SUBJECT":"study:ab","ATTUNE_AUDIT_COUNT":"3","ATTUNE_AUDIT_HEAD":"cd",\
            "ATTUNE_TRAIL":"study pilot","ATTUNE_DATA":"/var/lib/at tune (1)"}
            """
        #expect(AuditAnchor(line: json) == anchor)
        #expect(
            Set(anchor.fields.map(\.name)).isSuperset(of: ["ATTUNE_TRAIL", "ATTUNE_DATA"]))
    }
}
