import Glibc
import SystemCalls

/// Where the rows of a session's tables wait on the disk until formats write them.
///
/// A file without a name in the folder that is being written: it goes with the process. One thread
/// appends; any thread may read what was appended, since nothing of it ever changes.
final class SpoolFile: Sendable {
    private let file: FileDescriptor
    private let path: String

    /// - Parameter directory: on whose disk the file is.
    init(in directory: String) throws(SystemError) {
        path = directory
        let name = "\(directory)/.spool-\(UInt64.random(in: 0 ... .max))"
        file = try FileDescriptor(opening: name, flags: O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
        _ = unsafe unlink(name)
    }

    /// For a program that writes into it.
    var number: Int32 { file.number }

    /// Bytes that were written; 0 where nobody can say.
    var size: Int64 {
        var status = stat()
        return unsafe fstat(file.number, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Writes bytes to a place that nobody else writes to.
    func write(_ bytes: [UInt8], at offset: Int64) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            // `done` is below the count, so that the pointer stays within the array.
            done += try systemCall("pwrite", path) {
                unsafe bytes.withUnsafeBytes {
                    unsafe pwrite(
                        file.number, $0.baseAddress! + done, $0.count - done, off_t(offset) + done)
                }
            }
        }
    }

    func read(_ count: Int, at offset: Int64) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = try systemCall("pread", path) {
                unsafe bytes.withUnsafeMutableBytes {
                    unsafe pread(
                        file.number, $0.baseAddress! + done, $0.count - done, off_t(offset) + done)
                }
            }
            guard got > 0 else { throw SystemError(code: EIO, call: "pread", subject: path) }
            done += got
        }
        return bytes
    }
}
