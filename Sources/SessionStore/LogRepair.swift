import Glibc
import SystemCalls

/// Writes a recording's log anew, byte by byte, after a sync of it failed.
///
/// A page whose write-back failed counts as clean: it can be read, a later sync passes, and it is not on the
/// disk (fsync(2)). Rows that SQLite finds in such a log on opening would count as stored and be gone after a
/// power cut. Written again the pages are dirty again, and this sync speaks of them. The database must be
/// closed; readers see the same bytes all the time.
enum LogRepair {
    private static let piece = 1 << 20

    /// - Throws: what the kernel refuses; then nothing of the log may count as stored.
    static func run(_ path: String) throws(SystemError) {
        let log = path + "-wal"
        guard FileSystem.exists(log) else { return }
        let file = try FileDescriptor(opening: log, flags: O_RDWR)
        // When it was written last tells for how long no daemon was running.
        var status = stat()
        try systemCall("fstat", log) { unsafe fstat(file.number, &status) }
        let times = [status.st_atim, status.st_mtim]
        var buffer = [UInt8](repeating: 0, count: piece)
        var place: off_t = 0
        while true {
            let count = try systemCall("pread", log) {
                unsafe buffer.withUnsafeMutableBytes {
                    unsafe pread(file.number, $0.baseAddress, $0.count, place)
                }
            }
            if count == 0 { break }
            var written = 0
            while written < count {
                let (from, at) = (written, place + off_t(written))
                written += try systemCall("pwrite", log) {
                    // Within the buffer: `from` is less than the bytes that were read into it.
                    unsafe buffer.withUnsafeBytes {
                        unsafe pwrite(file.number, $0.baseAddress! + from, count - from, at)
                    }
                }
            }
            place += off_t(count)
        }
        try systemCall("futimens", log) { unsafe futimens(file.number, times) }
        try systemCall("fsync", log) { fsync(file.number) }
    }
}
