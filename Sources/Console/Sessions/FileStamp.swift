import Glibc

/// What tells whether a file is still the one that was looked at before.
struct FileStamp: Hashable, Sendable {
    private let device: UInt
    private let inode: UInt
    private let size: Int
    /// Nanoseconds since 1970-01-01 UTC.
    private let changed: Int64

    /// nil where there is no file.
    init?(_ path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        size = Int(status.st_size)
        changed = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }

    /// Short text that differs where the stamps do; for tags of answers.
    var text: String {
        String(inode, radix: 36) + "." + String(size, radix: 36) + "."
            + String(changed, radix: 36)
    }
}
