import Glibc
import Link
import Synchronization
import SystemCalls

/// A small JSON file that several processes read and change: the console and its commands. It is read
/// anew when it was replaced, and changed under a lock, written beside and renamed.
///
/// Any thread may use it; a change waits for the disk, so not on a thread that serves.
final class StateFile<Value: Codable & Sendable>: Sendable {
    let path: String
    private let empty: Value
    private let known: Mutex<(mark: Mark?, value: Value)>

    /// What tells one state of the file from another.
    private struct Mark: Hashable {
        var inode: UInt
        var size: Int
        var seconds: Int
        var nanoseconds: Int
    }

    init(path: String, empty: Value) {
        self.path = path
        self.empty = empty
        known = Mutex((nil, empty))
    }

    /// What the file holds now; looks whether it was replaced.
    func read() throws(ConsoleError) -> Value {
        let mark = mark()
        // Without one, whether the file is missing or may not be read is seen by reading it.
        if let mark, let value = known.withLock({ $0.mark == mark ? $0.value : nil }) {
            return value
        }
        let value = try load()
        known.withLock { $0 = (mark, value) }
        return value
    }

    /// Changes the file, after whoever changes it now.
    @discardableResult
    func change<Result>(
        _ body: (inout Value) throws(ConsoleError) -> Result
    ) throws(ConsoleError) -> Result {
        let lock = try lock()
        defer { withExtendedLifetime(lock) {} }
        var value = try load()
        let result = try body(&value)
        do {
            let bytes = try JSONValue(encoding: value).serialised
            try FileSystem.write(bytes + [0x0A], to: path, mode: 0o600)
            giveToOwner()
        } catch {
            throw ConsoleError(.file, "\(path) cannot be written: \(error)")
        }
        known.withLock { $0 = (self.mark(), value) }
        return result
    }

    private func load() throws(ConsoleError) -> Value {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try FileSystem.read(path)
        } catch  where error.code == ENOENT {
            return empty
        } catch {
            throw ConsoleError(
                .file, "\(path) cannot be read: \(error). Are you the console's user, or root?")
        }
        do {
            return try JSONValue(parsing: bytes[...]).decode(Value.self)
        } catch {
            throw ConsoleError(
                .file, "\(path) cannot be read: \(error). Mend it, or move it away.")
        }
    }

    private func mark() -> Mark? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Mark(
            inode: UInt(status.st_ino), size: Int(status.st_size),
            seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    }

    private func lock() throws(ConsoleError) -> FileDescriptor {
        do throws(SystemError) {
            let file = try FileDescriptor(
                opening: path + ".lock", flags: O_RDWR | O_CREAT | O_CLOEXEC, mode: 0o600)
            let number = file.number
            try systemCall("flock", path) { flock(number, LOCK_EX) }
            return file
        } catch {
            throw ConsoleError(
                .file,
                "\(path) cannot be changed: \(error). Are you the console's user, or root?")
        }
    }

    /// What root writes belongs to the directory's owner, who has to read it.
    private func giveToOwner() {
        guard geteuid() == 0, let slash = path.lastIndex(of: "/") else { return }
        var status = stat()
        guard unsafe stat(String(path[..<slash]), &status) == 0 else { return }
        for file in [path, path + ".lock"] {
            // Where this fails the console says that it cannot read the file.
            _ = unsafe chown(file, status.st_uid, status.st_gid)
        }
    }
}
