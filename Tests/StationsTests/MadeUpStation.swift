import SessionStore
import Stations
import SystemCalls
import TestSupport
import Timebase

/// A station's data directory with sessions in their final form.
struct MadeUpStation {
    static let study = "pilot"

    let name: StationName
    let data: String

    init(_ name: String, in directory: TemporaryDirectory) throws {
        self.name = StationName(name, machine: "machine of \(name)")
        data = directory.file(name)
        try FileSystem.makeDirectories("\(data)/\(Self.study)")
    }

    static func path(_ data: String, _ participant: String, second: Int, kind: SessionKind)
        throws -> String
    {
        let file = try StudyDirectory.relativePath(
            participant: participant, kind: kind, started: started(second))
        return "\(data)/\(study)/\(file)"
    }

    static func started(_ second: Int) -> Int64 {
        1_795_253_400_000_000_000 + Int64(second) * 1_000_000_000
    }

    /// Records a session.
    /// - Parameters:
    ///   - said: a turn of the participant.
    ///   - isFinished: else it stays as a recording leaves it.
    ///   - isIndexed: whether the study's database knows it.
    /// - Returns: the file's path.
    @discardableResult
    func record(
        _ identifier: String, _ participant: String = "P01", second: Int = 0,
        kind: SessionKind = .chat, parent: String? = nil, said: String = "Anna was there",
        isFinished: Bool = true, isIndexed: Bool = true
    ) throws -> String {
        let path = try Self.path(data, participant, second: second, kind: kind)
        try FileSystem.makeDirectories("\(data)/\(Self.study)/\(participant)")
        let start = Instant(nanoseconds: 7_000_000_000_000)
        let description = SessionDescription(
            identifier: identifier, kind: kind, study: Self.study, participant: participant,
            station: name.name, softwareVersion: "0.1", bootIdentifier: "boot", parent: parent,
            started: start, startedRealtime: Self.started(second))
        let writer = try SessionWriter.create(at: path, description: description, streams: [])
        var batch = SessionBatch()
        batch.turns = [
            Turn(
                author: "participant", text: said, composedFrom: start, sent: start + 5, bound: 1,
                client: "chat", clientSequence: 1)
        ]
        _ = try writer.commit(batch)
        if isFinished {
            var stop = SessionBatch()
            stop.stateChange = SessionStateChange(
                state: .stopped, at: start + 10, outcome: "completed")
            _ = try writer.commit(stop)
        }
        try writer.close()
        let file = try isFinished ? SessionFinisher(path: path, isAligning: false).run() : nil
        if isIndexed {
            let database = try StudyDatabase.open(at: "\(data)/\(Self.study)/study.db")
            try database.register(
                Participant(code: participant, createdRealtime: Self.started(second)))
            try database.store(
                IndexedSession(
                    identifier: identifier, participant: participant, kind: kind,
                    file: String(path.dropFirst("\(data)/\(Self.study)/".count)),
                    state: isFinished ? .finished : .recording,
                    startedRealtime: Self.started(second), sha256: file?.sha256, size: file?.size,
                    parent: parent))
            try database.close()
        }
        return path
    }

    /// Takes a word out of a session, as the daemon does: a new file, its hash in the index, a tombstone.
    func redact(_ path: String, _ word: String, session: String, participant: String) throws {
        let outcome = try SessionRedaction(path: path, texts: [word]).run(as: "r1") { detail in
            AuditEntry(
                time: Instant(nanoseconds: 1), realtime: 1, actor: "test", action: "redact",
                detail: detail)
        }
        guard let file = outcome.file else { return }
        let reader = try SessionReader.open(at: path, alignment: .recorded)
        let row = try reader.changes().last?.row
        try reader.close()
        let database = try StudyDatabase.open(at: "\(data)/\(Self.study)/study.db")
        try database.renew(session, file)
        try database.add([
            Tombstone(
                session: session, participant: participant, scope: "redaction", auditRow: row,
                realtime: 5)
        ])
        try database.close()
    }

    /// Deletes a session, as the daemon does: the file, its row, and a tombstone.
    func withdraw(_ path: String, session: String, participant: String) throws {
        let database = try StudyDatabase.open(at: "\(data)/\(Self.study)/study.db")
        try database.add([
            Tombstone(
                session: session, participant: participant, scope: Tombstone.everything,
                realtime: 5)
        ])
        _ = try database.forget(sessions: [session], participant: nil)
        try database.close()
        try FileSystem.remove(path)
    }

    /// The names in a participant's folder.
    func files(_ participant: String = "P01") -> [String] {
        (try? FileSystem.list("\(data)/\(Self.study)/\(participant)")) ?? []
    }
}
