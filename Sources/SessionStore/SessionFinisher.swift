import GRDB
import Glibc
import SystemCalls
import Timebase

/// Brings a session that records no more into its final form: one immutable file.
///
/// Writes a new file beside the recording, with longer chunks, the whole pyramid and no working
/// tables; puts the streams' times anew, from both sides; compares it with the recording, sample by
/// sample; and puts it in its place. Interrupted at any point, the recording is intact and the next run starts
/// over. Needs as much free space as the recording takes, which is kept while it records
/// (`SessionReserve`). Runs on the caller's thread; may run beside readers and beside the
/// recording of other sessions.
public struct SessionFinisher {
    /// Where a run stands; tests interrupt it at each.
    enum Step: CaseIterable {
        case logEmptied, copied, compacted, verified, synced, renamed, cleaned
    }

    private let path: String
    private let alignment: SessionAlignment?
    private let atStep: (Step) throws -> Void

    /// - Parameters:
    ///   - path: a session file in any state but `recording`.
    ///   - isAligning: whether the streams' times are estimated anew, from all that came; else they
    ///     stay as they were estimated while recording.
    public init(path: String, isAligning: Bool = true) {
        self.init(path: path, alignment: isAligning ? SessionAlignment() : nil) { _ in }
    }

    init(
        path: String, alignment: SessionAlignment?,
        atStep: @escaping (Step) throws -> Void = { _ in }
    ) {
        self.path = path
        self.alignment = alignment
        self.atStep = atStep
    }

    /// The new file's place until it takes the recording's.
    private var beside: String { path + ".finishing" }

    /// Finishes the session. A file already in its final form is tidied up and hashed again.
    /// - Throws: `wrongState` while it is being recorded, `locked` when a reader keeps its log in
    ///   use, `diskFull`, `damaged` when the copy does not match.
    public func run() throws(SessionStoreError) -> FinishedFile {
        try SessionHeader.check(
            path, applicationIdentifier: SessionSchema.applicationIdentifier,
            version: SessionSchema.version, what: "session file")
        do {
            try removeBeside()
            if try isFinished() { return try tidy() }
            try emptyLog()
            try atStep(.logEmptied)
            try copy()
            try sync()
            try atStep(.synced)
            // The removal of the log is durable before the new file takes the name: else a log that comes
            // back after a power cut would be taken for the new file's.
            try FileSystem.syncDirectory(SessionConnection.directory(of: path))
            try systemCall("rename", path) { unsafe rename(beside, path) }
            try atStep(.renamed)
            let finished = try tidy()
            try atStep(.cleaned)
            return finished
        } catch let error as FinishInterruption {
            throw SessionStoreError(code: .other, message: "interrupted at \(error.step)")
        } catch {
            try? removeBeside()
            throw .wrapping(error, path: path)
        }
    }

    private func removeBeside() throws(SystemError) {
        try SessionReserve.takeBack(beside, of: path)
        try FileSystem.remove(beside + "-journal")
    }

    private func isFinished() throws(SessionStoreError) -> Bool {
        let reader = try SessionReader.open(at: path, alignment: .recorded)
        let session = try reader.session()
        try reader.close()
        guard session.state != .recording else {
            throw SessionStoreError(
                code: .wrongState, message: "\(path) is still being recorded; stop it first")
        }
        return session.finishedRealtime != nil
    }

    /// Brings everything from the log into the file, so that the file alone is the recording and a
    /// log that is left behind by chance can bring nothing old into the finished one.
    private func emptyLog() throws {
        let queue = try SessionConnection.writing(path)
        let isBusy = try queue.writeWithoutTransaction { database in
            try Int.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)") ?? 0
        }
        try queue.close()
        guard isBusy == 0 else {
            throw SessionStoreError(
                code: .locked,
                message: "a reader holds the log of \(path); finishing is tried again later")
        }
    }

    private func copy() throws {
        let source = try SessionConnection.reading(path)
        if try !SessionReserve.become(beside, of: path) {
            try SessionConnection.createFile(beside)
        }
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { database in
            // Durability comes from one sync at the end; until then the file counts for nothing.
            for pragma in [
                "mmap_size = 0", "journal_mode = OFF", "synchronous = OFF",
                "locking_mode = EXCLUSIVE", "cache_size = -16000",
            ] { try database.execute(sql: "PRAGMA \(pragma)") }
        }
        let target = try DatabaseQueue(path: beside, configuration: configuration)
        let copy = SessionCopy(path: path, beside: beside, alignment: alignment)
        let digests = try source.read { original in
            try target.writeWithoutTransaction { database in
                var digests: [Int64: SampleDigest] = [:]
                try database.inTransaction(.immediate) {
                    digests = try copy.run(from: original, to: database)
                    return .commit
                }
                try atStep(.copied)
                try database.execute(sql: "ANALYZE")
                // Tables were filled side by side; this puts each one's pages together. Files so
                // large that it would take minutes keep the order of recording, and so does a file for
                // whose second copy there is no room.
                let size = try FileSystem.size(beside)
                if size < 1 << 29 && hasRoomToCompact(size) {
                    try database.execute(sql: "VACUUM")
                }
                return digests
            }
        }
        try target.close()
        try atStep(.compacted)
        let check = try SessionConnection.reading(beside)
        try source.read { original in
            try check.read { database in
                try copy.verify(database, against: original, digests)
            }
        }
        try check.close()
        try source.close()
        try atStep(.verified)
    }

    /// Compacting takes a second copy, in the folder for temporary files, and maybe some of this disk.
    private func hasRoomToCompact(_ size: Int64) -> Bool {
        let temporary = [
            environment("SQLITE_TMPDIR"), environment("TMPDIR"), "/var/tmp", "/usr/tmp", "/tmp",
            ".",
        ].compactMap(\.self).first { unsafe access($0, W_OK | X_OK) == 0 }
        return [temporary, SessionConnection.directory(of: path)].allSatisfy { place in
            place.flatMap { try? FileSystem.freeBytes($0) }.map { $0 > 2 * size } ?? false
        }
    }

    private func environment(_ name: String) -> String? {
        // Copied at once; nothing in these programs changes the environment while they run.
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    private func sync() throws(SystemError) {
        try FileSystem.giveBackAllocated(beside)
        let file = try FileDescriptor(opening: beside, flags: O_RDONLY)
        try systemCall("fchmod", beside) { fchmod(file.number, 0o440) }
        try systemCall("fsync", beside) { fsync(file.number) }
    }

    /// Removes what the recording left beside the finished file, and hashes it.
    private func tidy() throws -> FinishedFile {
        try FileSystem.remove(path + "-wal")
        try FileSystem.remove(path + "-shm")
        try SessionReserve.remove(of: path)
        try systemCall("chmod", path) { unsafe chmod(path, 0o440) }
        try FileSystem.syncDirectory(SessionConnection.directory(of: path))
        let reader = try SessionReader.open(at: path, alignment: .recorded)
        let audit = try reader.auditHead()
        try reader.close()
        return FinishedFile(
            path: path, sha256: try FileHash.sha256(path), size: try FileSystem.size(path),
            audit: audit)
    }
}

/// Thrown by tests to leave everything as a killed process would.
struct FinishInterruption: Error {
    var step: SessionFinisher.Step
}
