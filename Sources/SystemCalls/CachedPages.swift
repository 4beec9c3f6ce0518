import Glibc

/// The kernel's copy of a file in memory.
public enum CachedPages {
    /// Has the kernel forget what it holds of a file, so that the next read comes from the disk
    /// (posix_fadvise(2)). Only what is synced is forgotten: sync the file first.
    public static func forget(_ file: borrowing FileDescriptor) throws(SystemError) {
        let code = posix_fadvise(file.number, 0, 0, POSIX_FADV_DONTNEED)
        if code != 0 { throw SystemError(code: code, call: "posix_fadvise") }
    }
}
