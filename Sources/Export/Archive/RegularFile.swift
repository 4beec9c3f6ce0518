import Glibc
import SystemCalls

/// A plain file of the disk that is read from its start to its end, a piece at a time.
///
/// `@unchecked Sendable`: used by one thread at a time.
public final class RegularFile: @unchecked Sendable {
    /// Bytes that it had when it was opened; no more are given, and fewer are a failure.
    public let size: Int64
    /// Seconds since 1970-01-01 UTC.
    public let changed: Int
    private let path: String
    private let file: FileDescriptor
    private var left: Int64

    /// Bytes that are read at once.
    private static let atOnce: Int64 = 256 << 10

    /// Opens a file; a link, and whatever else is no file, is refused.
    public init(_ path: String) throws {
        let file = try FileDescriptor(opening: path, flags: O_RDONLY | O_NOFOLLOW)
        var status = stat()
        try systemCall("fstat", path) { unsafe fstat(file.number, &status) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw ExportError(code: .inputOutput, message: "\(path) is no file")
        }
        size = Int64(status.st_size)
        changed = status.st_mtim.tv_sec
        left = size
        self.path = path
        self.file = file
    }

    /// The next piece; nil after the last. Waits for the disk.
    public func next() throws -> [UInt8]? {
        guard left > 0 else { return nil }
        let wanted = Int(min(Self.atOnce, left))
        let bytes = try unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            // The buffer has room for `wanted` bytes.
            count = try systemCall("read", path) {
                unsafe read(file.number, buffer.baseAddress, wanted)
            }
        }
        guard !bytes.isEmpty else {
            throw ExportError(
                code: .inputOutput, message: "\(path) is shorter than it was when it was opened")
        }
        left -= Int64(bytes.count)
        return bytes
    }
}
