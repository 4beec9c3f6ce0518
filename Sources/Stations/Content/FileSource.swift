import Glibc
import SystemCalls

/// A file that is sent: opened once, read by its position, and looked at again at the end. For one thread.
final class FileSource: PartSource {
    let path: String
    let size: Int64
    private let file: FileDescriptor
    private let stamp: Stamp

    /// What changes with a file.
    private struct Stamp: Hashable {
        var device: UInt64
        var inode: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int

        init(_ status: stat) {
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
        }
    }

    init(_ path: String) throws(StationsError) {
        self.path = path
        do {
            let opened = try FileDescriptor(opening: path, flags: O_RDONLY)
            let number = opened.number
            var status = stat()
            try systemCall("fstat", path) { unsafe fstat(number, &status) }
            stamp = Stamp(status)
            file = opened
        } catch {
            throw .local(error, "\(path) cannot be read")
        }
        size = stamp.size
    }

    func read(_ range: Range<Int64>) throws(StationsError) -> [UInt8] {
        do {
            return try PositionedFile.read(file.number, range, path)
        } catch {
            if error.code == 0 { throw changed }
            throw .local(error, "\(path) cannot be read")
        }
    }

    func checkUnchanged() throws(StationsError) {
        let number = file.number
        var own = stat()
        var named = stat()
        do {
            try systemCall("fstat", path) { unsafe fstat(number, &own) }
            try systemCall("stat", path) { unsafe stat(path, &named) }
        } catch {
            throw changed
        }
        guard Stamp(own) == stamp, Stamp(named) == stamp else { throw changed }
    }

    private var changed: StationsError {
        StationsError(.changed, "\(path) changed while it was sent; push again")
    }
}

/// Reads and writes at positions of a file.
enum PositionedFile {
    /// - Throws: the kernel's reason; one with the code 0 where the file ends before.
    static func read(
        _ number: Int32, _ range: Range<Int64>, _ path: String
    ) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        var done = 0
        while done < bytes.count {
            let offset = off_t(range.lowerBound) + off_t(done)
            // The buffer has as many bytes left as are asked for.
            let count = try systemCall("pread", path) {
                unsafe bytes.withUnsafeMutableBytes {
                    unsafe pread(number, $0.baseAddress! + done, $0.count - done, offset)
                }
            }
            if count == 0 { throw SystemError(code: 0, call: "pread", subject: path) }
            done += count
        }
        return bytes
    }

    static func write(
        _ bytes: [UInt8], _ number: Int32, at position: Int64, _ path: String
    ) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let offset = off_t(position) + off_t(done)
            done += try systemCall("pwrite", path) {
                unsafe bytes.withUnsafeBytes {
                    unsafe pwrite(number, $0.baseAddress! + done, $0.count - done, offset)
                }
            }
        }
    }
}
