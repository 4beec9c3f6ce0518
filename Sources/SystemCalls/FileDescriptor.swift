import CSystemCalls
import Glibc

/// An open file descriptor, closed by the one who owns it, exactly once.
public struct FileDescriptor: ~Copyable, Sendable {
    /// The kernel's number; valid as long as this value lives.
    public let number: Int32

    /// Takes over a descriptor that nobody else will close.
    public init(owning number: Int32) { self.number = number }

    /// Opens a file.
    /// - Parameter flags: `O_RDONLY` and the like; `O_CLOEXEC` is always added.
    public init(opening path: String, flags: Int32, mode: mode_t = 0) throws(SystemError) {
        number = try systemCall("open", path) {
            unsafe attune_open(path, flags | O_CLOEXEC, mode)
        }
    }

    deinit { close(number) }

    /// Gives up ownership; the caller closes the descriptor from now on.
    public consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }
}
