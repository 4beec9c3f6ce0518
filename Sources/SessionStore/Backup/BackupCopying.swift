import Glibc
import SystemCalls
import Timebase

/// Makes one copy at a backup place: under a name of its own, synced, read back from the disk and compared,
/// and only then under its real name. So whatever stands under a real name was whole, and an older copy
/// stays until the newer one is sure.
///
/// Runs on the caller's thread, and takes its time: after each piece it rests as long as the piece took, and
/// never leaves more than 8 MiB unwritten in the kernel's memory, so that a recording's own syncs need not
/// wait for ours.
public struct BackupCopying {
    /// What is copied.
    public enum Source {
        /// A file that nobody changes, with the SHA-256 that it must have, where that is known.
        case file(String, sha256: String?)
        /// What was read before.
        case bytes([UInt8])
    }

    /// Bytes read and written at once, and from one sync to the next.
    private static let piece = 1 << 20
    private static let unsynced = 8 << 20

    /// The copy's path.
    let target: String
    /// Its rights.
    let mode: mode_t
    /// Asked before each piece; true ends the copying.
    let isCancelled: () -> Bool

    public init(to target: String, mode: mode_t, isCancelled: @escaping () -> Bool) {
        self.target = target
        self.mode = mode
        self.isCancelled = isCancelled
    }

    static let suffix = ".copying"

    /// The name under which a copy is made.
    static func temporary(of target: String) -> String {
        let name = target.split(separator: "/").last.map(String.init) ?? target
        return "\(SessionConnection.directory(of: target))/.\(name)\(suffix)"
    }

    /// - Returns: the copy's SHA-256 and size, as they were read back.
    public func run(
        _ source: Source
    ) throws(BackupFailure) -> (sha256: String, size: Int64) {
        let temporary = Self.temporary(of: target)
        do throws(BackupFailure) {
            try atPlace { () throws(SystemError) in
                try FileSystem.makeDirectories(SessionConnection.directory(of: target))
            }
            let written: (sha256: String, size: Int64)
            switch source {
            case .file(let path, let sha256):
                written = try copy(path, to: temporary)
                if let sha256, sha256 != written.sha256 {
                    throw BackupFailure(
                        .source,
                        .damaged(
                            path, "its SHA-256 is not that of the finished file; it was not copied")
                    )
                }
            case .bytes(let bytes): written = try write(bytes, to: temporary)
            }
            let read = try readBack(temporary)
            guard read == written else {
                throw BackupFailure(
                    .place,
                    SessionStoreError(
                        code: .inputOutput,
                        message:
                            "what was written to \(target) was not read back: look after this disk"
                    ))
            }
            try atPlace { () throws(SystemError) in
                try systemCall("rename", target) { unsafe rename(temporary, target) }
                try FileSystem.syncDirectory(SessionConnection.directory(of: target))
            }
            return read
        } catch {
            // Room that a full disk needs most.
            try? FileSystem.remove(temporary)
            throw error
        }
    }

    private func copy(
        _ path: String, to temporary: String
    ) throws(BackupFailure) -> (sha256: String, size: Int64) {
        let source = try Self.opened(path, O_RDONLY, side: .source)
        var buffer = [UInt8](repeating: 0, count: Self.piece)
        return try write(to: temporary) { () throws(BackupFailure) in
            let count = try Self.read(source, &buffer, path, side: .source)
            return buffer[..<count]
        }
    }

    private func write(
        _ bytes: [UInt8], to temporary: String
    ) throws(BackupFailure) -> (sha256: String, size: Int64) {
        var done = 0
        return try write(to: temporary) { () throws(BackupFailure) in
            let next = bytes[done..<min(bytes.count, done + Self.piece)]
            done = next.endIndex
            return next
        }
    }

    /// Writes the pieces that `next` gives until one is empty, and syncs the file.
    private func write(
        to temporary: String, _ next: () throws(BackupFailure) -> ArraySlice<UInt8>
    ) throws(BackupFailure) -> (sha256: String, size: Int64) {
        let hash = RunningHash()
        var size: Int64 = 0
        // What a copying that was killed left there.
        try atPlace { () throws(SystemError) in try FileSystem.remove(temporary) }
        let file = try Self.opened(
            temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode, side: .place)
        let number = file.number
        while true {
            try checkCancelled()
            let began = Clocks.now()
            let piece = try next()
            if piece.isEmpty { break }
            hash.add(piece)
            size += Int64(piece.count)
            try atPlace { () throws(SystemError) in
                try FileSystem.writeAll(Array(piece), to: number, subject: temporary)
                if size % Int64(Self.unsynced) == 0 {
                    try systemCall("fdatasync", temporary) { fdatasync(number) }
                }
            }
            rest(since: began)
        }
        try atPlace { () throws(SystemError) in
            try systemCall("fsync", temporary) { fsync(number) }
        }
        return (hash.end(), size)
    }

    /// Reads a copy from its disk, not from the kernel's memory.
    private func readBack(
        _ temporary: String
    ) throws(BackupFailure) -> (sha256: String, size: Int64) {
        let hash = RunningHash()
        var size: Int64 = 0
        let file = try Self.opened(temporary, O_RDONLY, side: .place)
        do {
            try CachedPages.forget(file)
        } catch {
            throw BackupFailure(.place, .system(error, path: target))
        }
        var buffer = [UInt8](repeating: 0, count: Self.piece)
        while true {
            try checkCancelled()
            let began = Clocks.now()
            let count = try Self.read(file, &buffer, temporary, side: .place)
            if count == 0 { return (hash.end(), size) }
            hash.add(buffer[..<count])
            size += Int64(count)
            rest(since: began)
        }
    }

    private static func opened(
        _ path: String, _ flags: Int32, mode: mode_t = 0, side: BackupFailure.Side
    ) throws(BackupFailure) -> FileDescriptor {
        do {
            return try FileDescriptor(opening: path, flags: flags, mode: mode)
        } catch {
            throw BackupFailure(side, .system(error, path: path))
        }
    }

    private static func read(
        _ file: borrowing FileDescriptor, _ buffer: inout [UInt8], _ path: String,
        side: BackupFailure.Side
    ) throws(BackupFailure) -> Int {
        let number = file.number
        do {
            return try systemCall("read", path) {
                unsafe buffer.withUnsafeMutableBytes {
                    unsafe Glibc.read(number, $0.baseAddress, $0.count)
                }
            }
        } catch {
            throw BackupFailure(side, .system(error, path: path))
        }
    }

    private func checkCancelled() throws(BackupFailure) {
        guard isCancelled() else { return }
        throw BackupFailure(
            .cancelled, SessionStoreError(code: .other, message: "copying was ended"))
    }

    private func rest(since began: Instant) {
        let nanoseconds = min(Clocks.now() - began, 1_000_000_000)
        if nanoseconds > 0 { usleep(UInt32(nanoseconds / 1000)) }
    }

    private func atPlace(
        _ body: () throws(SystemError) -> Void
    ) throws(BackupFailure) {
        do { try body() } catch {
            throw BackupFailure(.place, .system(error, path: target))
        }
    }
}
