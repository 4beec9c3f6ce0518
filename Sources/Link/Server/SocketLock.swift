import Glibc
import SystemCalls

/// A lock file that one process holds for its life: there is no second service on the same
/// directory while it stands. It goes away with the process, however that ends; the file stays,
/// since removing it could race with the next one to lock it.
public final class SocketLock: Sendable {
    private let file: FileDescriptor

    /// Takes the lock at once or not at all.
    /// - Parameters:
    ///   - path: of the lock file; made where it is missing.
    ///   - purpose: what is locked, for the error, such as a directory.
    /// - Throws: `.inUse` with the holder's process number.
    public init(path: String, purpose: String) throws(LinkError) {
        do throws(SystemError) {
            file = try FileDescriptor(opening: path, flags: O_RDWR | O_CREAT, mode: 0o640)
        } catch {
            throw LinkError(
                error.code == EACCES ? .permission : .path,
                "The lock file \(path) cannot be made: does its directory exist, is there room in it, "
                    + "and may this user write there?", cause: error)
        }
        let number = file.number
        do throws(SystemError) {
            try systemCall("flock", path) { flock(number, LOCK_EX | LOCK_NB) }
        } catch {
            guard error.code == EWOULDBLOCK else {
                throw LinkError(.system, "The lock file \(path) cannot be locked", cause: error)
            }
            let holder = (try? FileSystem.readText(path))?.filter(\.isNumber) ?? ""
            throw LinkError(
                .inUse,
                "Another one\(holder.isEmpty ? "" : " (process \(holder))") already serves "
                    + "\(purpose): stop it first, or use another directory.")
        }
        do throws(SystemError) {
            try systemCall("ftruncate", path) { ftruncate(number, 0) }
            try FileSystem.writeAll(Array("\(getpid())\n".utf8), to: number, subject: path)
        } catch {
            throw LinkError(
                .system, "The lock file \(path) cannot be written: make room in its directory",
                cause: error)
        }
    }
}
