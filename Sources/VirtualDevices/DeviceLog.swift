import Glibc
import SystemCalls
import Timebase

/// What a virtual device did, one line each, in the order in which it did it.
///
/// The format is described in the file's own first lines (`header`). Lines are collected in memory and
/// written at least each 200 ms while the device runs, and when the log is closed. Nothing is allocated
/// for a line. `DeviceLogReader` and `Tests/Readers/device_log.py` read it.
struct DeviceLog: ~Copyable, Sendable {
    /// How long a line may wait in memory, in nanoseconds.
    static let longestWait: Int64 = 200_000_000

    private let path: String
    private let file: FileDescriptor
    private var buffer: [UInt8] = []
    private var oldest: Instant?

    /// The lines at the start of each log that say how to read it.
    static let header = """
        # attune-device-log 1
        # What a virtual device did, one line each. Times are CLOCK_MONOTONIC in nanoseconds.
        # F number fate due written values...   a frame, text line or key event:
        #   number counts all that were made, from 0; due is when its sample was taken, of a packet the
        #   last one; written is when
        #   it was handed to the terminal or dropped; values are as sent, raw, see columns.
        #   fate: sent = taken whole; overrun = dropped, nobody read; lost = dropped on purpose;
        #   away = dropped on purpose while the line was silent
        # G number fate written bytes           random bytes (hexadecimal) before frame number
        # C written bytes meaning               a command (hexadecimal) and how it was understood
        # E written what...                     anything else, such as started, stopped, unplugged

        """

    /// Creates the log and writes its header.
    /// - Parameter facts: lines about the device, such as `device bitalino`; `columns` should be one.
    init(path: String, facts: [String]) throws(VirtualDeviceError) {
        file = try Self.make(path)
        self.path = path
        buffer.reserveCapacity(1 << 17)
        append(Self.header)
        for fact in facts { append("# \(fact)\n") }
    }

    private static func make(_ path: String) throws(VirtualDeviceError) -> FileDescriptor {
        do throws(SystemError) {
            return try FileDescriptor(
                opening: path, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o640)
        } catch {
            throw VirtualDeviceError(
                .log, "The log \(path) cannot be made; is its directory there and yours?",
                cause: error)
        }
    }

    /// When the oldest line in memory must be written, if there is one.
    var flushDue: Instant? { oldest.map { $0 + Self.longestWait } }

    /// Notes a frame.
    mutating func frame(
        _ number: Int64, _ fate: FrameFate, due: Instant, written: Instant, values: [Int64]
    ) throws(VirtualDeviceError) {
        append("F ")
        append(number)
        switch fate {
        case .sent: append(" sent ")
        case .overrun: append(" overrun ")
        case .lost: append(" lost ")
        case .away: append(" away ")
        }
        append(due.nanoseconds)
        buffer.append(0x20)
        append(written.nanoseconds)
        for value in values {
            buffer.append(0x20)
            append(value)
        }
        try endLine(written)
    }

    /// Notes random bytes before a frame.
    mutating func garbage(
        before number: Int64, _ fate: FrameFate, written: Instant, bytes: [UInt8]
    ) throws(VirtualDeviceError) {
        append("G ")
        append(number)
        append(fate == .sent ? " sent " : " overrun ")
        append(written.nanoseconds)
        buffer.append(0x20)
        append(hexadecimal: bytes)
        try endLine(written)
    }

    /// Notes a command and what it meant.
    mutating func command(
        _ bytes: [UInt8], meaning: String, written: Instant
    ) throws(VirtualDeviceError) {
        append("C ")
        append(written.nanoseconds)
        buffer.append(0x20)
        append(hexadecimal: bytes)
        buffer.append(0x20)
        append(meaning)
        try endLine(written)
    }

    /// Notes anything else.
    mutating func event(_ what: String, written: Instant) throws(VirtualDeviceError) {
        append("E ")
        append(written.nanoseconds)
        buffer.append(0x20)
        append(what)
        try endLine(written)
    }

    /// Writes what waits in memory to the file.
    mutating func flush() throws(VirtualDeviceError) {
        oldest = nil
        guard !buffer.isEmpty else { return }
        do throws(SystemError) {
            try FileSystem.writeAll(buffer, to: file.number, subject: path)
            buffer.removeAll(keepingCapacity: true)
        } catch {
            throw VirtualDeviceError(
                .log, "The log \(path) cannot be written; is the disk full?", cause: error)
        }
    }

    private mutating func endLine(_ time: Instant) throws(VirtualDeviceError) {
        buffer.append(0x0A)
        if oldest == nil { oldest = time }
        if buffer.count > 1 << 16 { try flush() }
    }

    private mutating func append(_ text: StaticString) {
        // A static string's bytes live as long as the program.
        text.withUTF8Buffer { unsafe buffer.append(contentsOf: $0) }
    }

    private mutating func append(_ text: String) { buffer.append(contentsOf: text.utf8) }

    private mutating func append(hexadecimal bytes: [UInt8]) {
        for byte in bytes {
            for nibble in [byte >> 4, byte & 15] {
                buffer.append(nibble < 10 ? 0x30 + nibble : 0x41 - 10 + nibble)
            }
        }
    }

    private mutating func append(_ value: Int64) {
        var rest = value.magnitude
        if value < 0 { buffer.append(0x2D) }
        let first = buffer.count
        repeat {
            buffer.append(0x30 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        // The digits came out last first.
        var left = first
        var right = buffer.count - 1
        while left < right {
            buffer.swapAt(left, right)
            left += 1
            right -= 1
        }
    }
}
