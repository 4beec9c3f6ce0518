import Foundation
import Glibc
import SystemCalls

/// A directory for what must not stay, which nobody but its owner may enter: below `TMPDIR`, else `/var/tmp`.
///
/// What a killed process leaves is locked by nobody, and the same user's next one removes it. Used by one
/// thread.
final class ScratchDirectory {
    /// Where it is.
    let path: String
    /// The directory that it is in.
    let root: String
    /// Keeps the lock that tells others that this one lives.
    private let lock: FileDescriptor
    private var isOpen = true

    init() throws(ExportError) {
        let root = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 }
        self.root = root ?? "/var/tmp"
        let place = try StagedPlace("\(self.root)/attune")
        let path = place.makeBeside()
        self.path = path
        do throws(SystemError) {
            place.removeLeftovers()
            try systemCall("mkdir", path) { unsafe mkdir(path, 0o700) }
            let file = try FileDescriptor(opening: path, flags: O_RDONLY | O_DIRECTORY)
            let number = file.number
            try systemCall("flock", path) { flock(number, LOCK_EX | LOCK_NB) }
            lock = file
        } catch {
            _ = unsafe rmdir(path)
            throw ExportError(
                code: .inputOutput,
                message:
                    "there is no folder for what is written before it is encrypted; nothing was "
                    + "written; name one of a disk with room in the environment's TMPDIR",
                cause: error.description)
        }
    }

    deinit { remove() }

    /// Removes it with all that is in it.
    func remove() {
        guard isOpen else { return }
        isOpen = false
        FileSystem.removeTree(path)
    }

    /// What an error says that came while something was written here.
    func explain(_ error: ExportError) -> ExportError {
        guard error.code == .diskFull else { return error }
        return ExportError(
            code: .diskFull,
            message:
                "no room left in \(root), where an export stands until it is encrypted; nothing was "
                + "written; free space there, or name another folder in the environment's TMPDIR",
            cause: error.cause)
    }
}
