import CSystemCalls
import Glibc
import SystemCalls

/// The ring's file in memory: header, then the data twice in a row, so that a record that begins
/// near the end goes on without a seam. Unmapped when the last reference goes.
///
/// `@unchecked Sendable`: holds only constants; who may touch which byte is the ring's affair.
/// `@safe` for the same reason: the pointers are valid as long as this lives.
@safe
final class RingMapping: @unchecked Sendable {
    let header: UnsafeMutableRawPointer
    let data: UnsafeMutableRawPointer
    let capacity: Int
    /// Kept open for its lock only: whoever holds it owns the ring.
    private let file: FileDescriptor

    /// Maps a file that is known to be `headerBytes + capacity` long.
    init(
        file: consuming FileDescriptor, path: String, capacity: Int
    ) throws(SystemError) {
        let length = RingLayout.headerBytes + 2 * capacity
        // First a range of addresses that nobody else gets, then the file's pieces into it.
        guard
            let base = unsafe mmap(
                nil, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
            unsafe base != MAP_FAILED
        else { throw SystemError(code: errno, call: "mmap", subject: path) }
        // Populated at once: the reading thread must not wait for page faults later.
        let flags = MAP_SHARED | MAP_FIXED | MAP_POPULATE
        let pieces = [
            (0, RingLayout.headerBytes + capacity, 0),
            (RingLayout.headerBytes + capacity, capacity, RingLayout.headerBytes),
        ]
        for (place, count, offset) in pieces {
            let piece = unsafe mmap(
                base + place, count, PROT_READ | PROT_WRITE, flags, file.number, off_t(offset))
            if unsafe piece == MAP_FAILED {
                let code = errno
                unsafe munmap(base, length)
                throw SystemError(code: code, call: "mmap", subject: path)
            }
        }
        unsafe header = unsafe base
        unsafe data = unsafe base + RingLayout.headerBytes
        self.capacity = capacity
        self.file = file
    }

    deinit {
        unsafe munmap(header, RingLayout.headerBytes + 2 * capacity)
        // Said, and not left to closing: a process that is just being started may still hold a copy
        // of the descriptor, and the lock with it.
        flock(file.number, LOCK_UN)
    }
}
