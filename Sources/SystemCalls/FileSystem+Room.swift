import CSystemCalls
import Glibc

/// Room on a disk: how much there is, and keeping some.
extension FileSystem {
    /// Whether the file system that holds a path may only be read, because it was mounted so or because
    /// the kernel made it so after an error.
    public static func isReadOnly(_ path: String) throws(SystemError) -> Bool {
        var status = statvfs()
        try systemCall("statvfs", path) { unsafe statvfs(path, &status) }
        return status.f_flag & UInt(ST_RDONLY) != 0
    }

    /// Bytes of blocks that a file has, with those behind its end.
    public static func allocatedBytes(_ path: String) throws(SystemError) -> Int64 {
        var status = stat()
        try systemCall("stat", path) { unsafe stat(path, &status) }
        return Int64(status.st_blocks) * 512
    }

    /// Gives a file blocks of its own from an offset on, without making it longer: what is written there
    /// later finds room on a disk that is full by then.
    /// - Throws: ENOSPC where there is no room, EOPNOTSUPP where the file system cannot keep any.
    public static func allocateAhead(
        _ path: String, from offset: Int64, bytes: Int64
    ) throws(SystemError) {
        let file = try FileDescriptor(opening: path, flags: O_WRONLY)
        try systemCall("fallocate", path) {
            attune_allocate_ahead(file.number, offset, bytes)
        }
    }

    /// Gives all of a file's blocks back; the file stays.
    public static func empty(_ path: String) throws(SystemError) {
        try systemCall("truncate", path) { unsafe truncate(path, 0) }
    }

    /// Gives the blocks behind a file's end back.
    public static func giveBackAllocated(_ path: String) throws(SystemError) {
        let file = try FileDescriptor(opening: path, flags: O_WRONLY)
        let size = try size(path)
        try systemCall("ftruncate", path) { ftruncate(file.number, off_t(size)) }
    }
}
