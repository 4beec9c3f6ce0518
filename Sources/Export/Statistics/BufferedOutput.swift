import Glibc
import SystemCalls

/// A file that is written from its beginning to its end, through a buffer.
///
/// A failure to write is kept, and thrown when the file is closed. Used by one thread.
@safe final class BufferedOutput {
    let path: String
    private let file: FileDescriptor
    /// Owned by this object and freed with it; `used` never passes `capacity`.
    private let buffer: UnsafeMutablePointer<UInt8>
    private static let capacity = 1 << 18
    private var used = 0
    /// What went wrong first; nothing is written after it.
    private(set) var failure: SystemError?

    /// Creates the file, which must not be there.
    init(path: String) throws(SystemError) {
        self.path = path
        unsafe buffer = .allocate(capacity: Self.capacity)
        file = try FileDescriptor(
            opening: path, flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o640)
    }

    deinit { unsafe buffer.deallocate() }

    /// Appends bytes.
    /// - Returns: whether all is well so far.
    func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let address = bytes.baseAddress else { return failure == nil }
        if used + bytes.count > Self.capacity { flush() }
        if bytes.count > Self.capacity {
            unsafe write(address, bytes.count)
        } else {
            unsafe UnsafeMutableRawPointer(buffer + used).copyMemory(
                from: address, byteCount: bytes.count)
            used += bytes.count
        }
        return failure == nil
    }

    /// Writes what waits.
    func close() throws(SystemError) {
        flush()
        if let failure { throw failure }
    }

    private func flush() {
        unsafe write(UnsafeRawPointer(buffer), used)
        used = 0
    }

    private func write(_ bytes: UnsafeRawPointer, _ count: Int) {
        if failure != nil { return }
        var done = 0
        do throws(SystemError) {
            while done < count {
                // `done` is below the count, so that the pointer stays within the bytes.
                done += try systemCall("write", path) {
                    unsafe Glibc.write(file.number, bytes + done, count - done)
                }
            }
        } catch {
            failure = error
        }
    }
}
