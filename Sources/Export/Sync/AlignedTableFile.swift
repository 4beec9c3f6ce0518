import Glibc
import SystemCalls
import Timebase

/// Writes aligned readings as CSV: `index,aligned_s,bound_s,segment`, a row a reading.
///
/// A file takes its place only when it is whole, and until then lies beside it under another name.
/// Used by one thread.
@safe public final class AlignedTableFile {
    /// Where the table goes; `-` is standard output.
    public let path: String
    private let file: FileDescriptor
    /// The name it has until it is whole; nil where it is written in its place (a pipe, a terminal).
    private let beside: String?
    private var isOpen = true
    /// Owned by this object and freed with it; a row never needs more than `rowRoom`.
    private let buffer: UnsafeMutablePointer<UInt8>
    private var used = 0
    private static let capacity = 1 << 18
    private static let rowRoom = 128

    /// - Parameter input: the file that is read, which is never written over; `-` for standard input.
    public init(path: String, input: String) throws(ReadingsTableError) {
        self.path = path
        let isInPlace = try Self.check(path: path, input: input)
        do throws(SystemError) {
            if path == "-" {
                beside = nil
                // A descriptor of its own, so that closing it leaves standard output open.
                file = FileDescriptor(owning: try systemCall("dup") { dup(STDOUT_FILENO) })
            } else if isInPlace {
                beside = nil
                file = try FileDescriptor(opening: path, flags: O_WRONLY)
            } else {
                let other = Self.nameBeside(path)
                beside = other
                file = try FileDescriptor(
                    opening: other, flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o666)
            }
        } catch {
            throw Self.failure(error, path)
        }
        unsafe buffer = .allocate(capacity: Self.capacity)
        text("index,aligned_s,bound_s,segment\n")
    }

    /// Makes sure that a table may go to a path.
    /// - Returns: whether it is written in its place (standard output, a pipe, a device).
    @discardableResult
    public static func check(path: String, input: String) throws(ReadingsTableError) -> Bool {
        var status = stat()
        let found = path == "-" ? unsafe fstat(STDOUT_FILENO, &status) : unsafe stat(path, &status)
        guard found == 0 else { return path == "-" }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            throw failure(SystemError(code: EISDIR, call: "open"), path)
        case S_IFREG:
            if isSame(status, input) {
                throw ReadingsTableError(
                    .option, "is the input itself; choose another file for the output",
                    path: name(path))
            }
            return path == "-"
        default: return true
        }
    }

    private static func name(_ path: String) -> String { path == "-" ? "standard output" : path }

    private static func nameBeside(_ path: String) -> String {
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        // A name of 255 bytes leaves no room beside it; its first 200 do.
        let short = String(decoding: path[slash...].utf8.prefix(200), as: UTF8.self)
        return "\(path[..<slash]).\(short).writing-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    }

    deinit {
        discard()
        unsafe buffer.deallocate()
    }

    /// Whether a path is the file of a status.
    private static func isSame(_ status: stat, _ input: String) -> Bool {
        var other = stat()
        let found = input == "-" ? unsafe fstat(STDIN_FILENO, &other) : unsafe stat(input, &other)
        return found == 0 && other.st_dev == status.st_dev && other.st_ino == status.st_ino
    }

    private static func failure(_ error: SystemError, _ path: String) -> ReadingsTableError {
        let advice =
            switch error.code {
            case ENOSPC, EDQUOT, EFBIG: "; nothing is left of it: free space on its disk"
            case EPIPE: "; the one who read it went away"
            default: ""
            }
        return ReadingsTableError(
            .inputOutput, "cannot be written: \(error.reason)\(advice)", path: name(path))
    }

    /// Writes all rows and puts the file in its place.
    /// - Parameter index: the readings' own, as many as the alignment has times.
    public func write(_ index: [Int64], _ alignment: Alignment) throws(ReadingsTableError) {
        do throws(SystemError) {
            for row in alignment.times.indices {
                if used + Self.rowRoom > Self.capacity { try flush() }
                integer(index[row])
                byte(0x2C)
                seconds(alignment.times[row])
                byte(0x2C)
                seconds(alignment.bounds[row])
                byte(0x2C)
                integer(Int64(alignment.segments[row]))
                byte(0x0A)
            }
            try flush()
            guard let beside else { return }
            let number = file.number
            try systemCall("fsync", path) { fsync(number) }
            try systemCall("rename", path) { unsafe rename(beside, path) }
            isOpen = false
        } catch {
            discard()
            throw Self.failure(error, path)
        }
    }

    /// Removes what was written of a file that is not whole. Harmless after `write`.
    public func discard() {
        guard isOpen else { return }
        isOpen = false
        if let beside { try? FileSystem.remove(beside) }
    }

    private func flush() throws(SystemError) {
        var done = 0
        defer { used = 0 }
        while done < used {
            done += try systemCall("write", path) {
                unsafe Glibc.write(file.number, buffer + done, used - done)
            }
        }
    }

    // MARK: Fields; their room was asked for by the row

    @inline(__always) private func byte(_ value: UInt8) {
        unsafe buffer[used] = value
        used += 1
    }

    private func text(_ text: String) {
        for value in text.utf8 { byte(value) }
    }

    private func integer(_ value: Int64) {
        if value < 0 { byte(0x2D) }
        digits(value.magnitude, atLeast: 1)
    }

    /// Nanoseconds as seconds with all nine decimals.
    private func seconds(_ nanoseconds: Int64) {
        if nanoseconds < 0 { byte(0x2D) }
        let (whole, rest) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        digits(whole, atLeast: 1)
        byte(0x2E)
        digits(rest, atLeast: 9)
    }

    private func digits(_ value: UInt64, atLeast: Int) {
        var count = 1
        var left = value / 10
        while left > 0 {
            count += 1
            left /= 10
        }
        count = max(count, atLeast)
        var value = value
        for place in (used..<used + count).reversed() {
            unsafe buffer[place] = UInt8(truncatingIfNeeded: 0x30 + value % 10)
            value /= 10
        }
        used += count
    }
}
