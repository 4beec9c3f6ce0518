import Glibc
import SystemCalls

/// Where a table's text goes, piece by piece. Used by one thread.
protocol ByteSink: AnyObject {
    /// Takes all bytes, which are valid inside the call only.
    func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError)

    /// Called once, after the last byte.
    func close() throws(SystemError)
}

/// A file that was not there.
final class FileSink: ByteSink {
    private let file: FileDescriptor
    private let path: String

    init(_ path: String) throws(SystemError) {
        self.path = path
        file = try FileDescriptor(
            opening: path, flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o640)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        guard let start = bytes.baseAddress else { return }
        var done = 0
        while done < bytes.count {
            done += try systemCall("write", path) {
                // `done` is below the count, so that the pointer stays within the bytes.
                unsafe Glibc.write(file.number, start + done, bytes.count - done)
            }
        }
    }

    func close() throws(SystemError) {}
}
