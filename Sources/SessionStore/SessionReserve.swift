import Glibc
import SystemCalls

/// Room on the disk that is kept while a session records, so that a full disk cannot keep it from being
/// stopped and finished.
///
/// Two files beside the recording, without content, whose blocks are allocated behind their end. `.reserve`
/// is as large as the recording and becomes the finished file itself: nobody else can take that room in
/// between. `.reserve-end` goes into the log and the recording when the last rows do not fit any more. Both
/// are of the one session alone, and gone when it is finished.
struct SessionReserve {
    /// Bytes that may wait in rings and memory when a session is stopped on a full disk.
    private let waiting: Int64
    private let path: String
    /// Blocks of the file that becomes the finished one, in bytes.
    private var forFinishing: Int64 = 0
    /// Whether the room for the last rows is still there.
    private(set) var isEndingKept = false
    /// The room for the last rows was spent on them.
    private var isEnding = false
    /// False where the file system can keep no room.
    private(set) var isPossible = true

    /// The reserve grows in steps of this, so that it is seldom touched.
    static let step: Int64 = 8 << 20
    /// What a checkpoint may bring from the log into the file at once.
    static let log: Int64 = Int64(SessionConnection.checkpointPages) * 4096 * 5 / 4

    static func finishing(_ path: String) -> String { path + ".reserve" }
    static func ending(_ path: String) -> String { path + ".reserve-end" }

    /// The files of a session's reserve.
    static func files(_ path: String) -> [String] { [finishing(path), ending(path)] }

    init(path: String, waiting: Int64) {
        self.path = path
        self.waiting = waiting
    }

    /// Keeps the room anew, or what is missing of it.
    /// - Parameter recorded: bytes of the recording and its log.
    /// - Throws: `diskFull` where there is no room for it.
    mutating func keep(recorded: Int64) throws(SessionStoreError) {
        try keepEnding()
        try grow(recorded: recorded)
    }

    private mutating func keepEnding() throws(SessionStoreError) {
        do throws(SystemError) {
            try Self.make(Self.ending(path))
            // Once for the log, once for the file into which the log is brought.
            try FileSystem.allocateAhead(
                Self.ending(path), from: 0, bytes: 2 * waiting + Self.log)
            isEndingKept = true
        } catch {
            // What an earlier run kept is still there, if it asked for less.
            let blocks = (try? FileSystem.allocatedBytes(Self.ending(path))) ?? 0
            isEndingKept = blocks >= waiting
            if !isEndingKept { try? FileSystem.remove(Self.ending(path)) }
            try take(error)
        }
    }

    /// Lets the reserve grow with the recording, and keeps room for its end again where that was spent on
    /// going on.
    /// - Throws: `diskFull` where there is no more room; what was kept stays.
    mutating func grow(recorded: Int64) throws(SessionStoreError) {
        guard isPossible else { return }
        if !isEndingKept && !isEnding { try keepEnding() }
        guard isPossible, recorded + waiting + Self.step > forFinishing else { return }
        let goal = recorded + waiting + 2 * Self.step
        do throws(SystemError) {
            try Self.make(Self.finishing(path))
            try FileSystem.allocateAhead(Self.finishing(path), from: 0, bytes: goal)
            forFinishing = goal
        } catch {
            try take(error)
        }
    }

    private mutating func take(_ error: SystemError) throws(SessionStoreError) {
        guard error.code == EOPNOTSUPP || error.code == ENOSYS else {
            throw .system(error, path: Self.finishing(path))
        }
        isPossible = false
    }

    /// Makes room for the last rows of a session: in its log, and in the file for what the log brings. The
    /// file must not be open: closing a second descriptor would end SQLite's locks.
    /// - Parameter goesOn: whether the session goes on afterwards, so that the room is kept again.
    /// - Returns: false where nothing was kept.
    mutating func spendForEnding(goesOn: Bool) throws(SystemError) -> Bool {
        guard isEndingKept else { return false }
        isEndingKept = false
        isEnding = !goesOn
        try FileSystem.remove(Self.ending(path))
        let log = path + "-wal"
        let logSize = (try? FileSystem.size(log)) ?? 0
        try Self.make(log)
        // At once, before anybody else takes what was just given back.
        try FileSystem.allocateAhead(log, from: logSize, bytes: waiting)
        try FileSystem.allocateAhead(
            path, from: try FileSystem.size(path), bytes: waiting + Self.log)
        return true
    }

    private static func make(_ path: String) throws(SystemError) {
        _ = try FileDescriptor(opening: path, flags: O_WRONLY | O_CREAT, mode: 0o640)
    }

    /// Makes the room that is kept the place of the finished file.
    /// - Returns: false where none is kept.
    static func become(_ target: String, of path: String) throws(SystemError) -> Bool {
        guard FileSystem.exists(finishing(path)), try FileSystem.size(finishing(path)) == 0 else {
            return false
        }
        try systemCall("rename", target) { unsafe rename(finishing(path), target) }
        return true
    }

    /// Takes the room of a finished file that did not become one back into the reserve: nobody else gets it
    /// meanwhile but in the moment between the two calls. Where there is none any more, nothing is kept.
    static func takeBack(_ target: String, of path: String) throws(SystemError) {
        guard FileSystem.exists(target) else { return }
        guard !FileSystem.exists(finishing(path)) else { return try FileSystem.remove(target) }
        let blocks = try FileSystem.allocatedBytes(target)
        try FileSystem.empty(target)
        do throws(SystemError) {
            try FileSystem.allocateAhead(target, from: 0, bytes: max(blocks, 4096))
        } catch {
            return try FileSystem.remove(target)
        }
        try systemCall("rename", target) { unsafe rename(target, finishing(path)) }
    }

    /// Gives all of a session's reserve back.
    static func remove(of path: String) throws(SystemError) {
        for file in files(path) { try FileSystem.remove(file) }
    }
}
