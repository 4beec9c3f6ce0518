import Glibc
import SystemCalls

/// The bytes of a file, read where they are wanted through a window: never more of it than asked for lies in
/// the memory, however large it is.
///
/// Used by one thread.
final class ByteSource {
    let path: String
    /// Bytes of the file when it was opened, or up to where it can be read.
    private(set) var size: Int64
    private let file: FileDescriptor
    /// The window's bytes, and where in the file the first of them is.
    private var window: [UInt8] = []
    private var start: Int64 = 0

    /// Bytes that are read at once.
    private static let piece = 1 << 20

    init(_ path: String) throws(ImportError) {
        self.path = path
        do throws(SystemError) {
            file = try FileDescriptor(opening: path, flags: O_RDONLY)
            size = try FileSystem.size(path)
        } catch {
            throw .system(error, "\(path) cannot be read")
        }
    }

    /// Reads a file that is open already.
    /// - Parameter path: what it is called in messages.
    init(_ path: String, owning file: consuming FileDescriptor, size: Int64) {
        self.path = path
        self.file = file
        self.size = size
    }

    /// The bytes from a position on: as many as are asked for, or fewer where the file ends.
    /// - Parameter count: what the caller has room for.
    func bytes(at position: Int64, count: Int) throws(ImportError) -> [UInt8] {
        let count = Int(min(Int64(count), max(0, size - position)))
        guard position >= 0, count > 0 else { return [] }
        if position < start || position + Int64(count) > start + Int64(window.count) {
            guard count <= Self.piece / 2 else { return try read(position, count) }
            window = try read(position, Int(min(Int64(Self.piece), size - position)))
            start = position
        }
        let first = Int(position - start)
        return Array(window[min(first, window.count)..<min(first + count, window.count)])
    }

    /// Reads past the window.
    private func read(_ position: Int64, _ count: Int) throws(ImportError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let taken: Int
            do throws(SystemError) {
                taken = try systemCall("pread", path) {
                    // At most `count - done` bytes go to behind the first `done`.
                    unsafe bytes.withUnsafeMutableBytes { buffer in
                        unsafe pread(
                            file.number, buffer.baseAddress! + done, count - done,
                            off_t(position) + off_t(done))
                    }
                }
            } catch {
                throw .system(error, "\(path) cannot be read at byte \(position + Int64(done))")
            }
            if taken == 0 {
                // Somebody made it shorter meanwhile.
                size = min(size, position + Int64(done))
                bytes.removeLast(count - done)
                break
            }
            done += taken
        }
        return bytes
    }
}

extension [UInt8] {
    /// The whole number of so many bytes, the lowest first; nil where the bytes end before.
    func littleEndian<Number: FixedWidthInteger & UnsignedInteger>(
        at place: Int, as type: Number.Type
    ) -> Number? {
        let width = Number.bitWidth / 8
        guard place >= 0, place <= count - width else { return nil }
        var number: Number = 0
        for offset in stride(from: width - 1, through: 0, by: -1) {
            number = number << 8 | Number(self[place + offset])
        }
        return number
    }
}
