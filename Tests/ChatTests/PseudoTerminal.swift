import CSystemCalls
import Foundation
import SystemCalls
import Testing

/// A terminal whose other side is the test.
final class PseudoTerminal {
    let master: SystemCalls.FileDescriptor
    let slave: SystemCalls.FileDescriptor
    private var seen = ""

    init() throws {
        master = try SystemCalls.FileDescriptor(
            opening: "/dev/ptmx", flags: O_RDWR | O_NOCTTY)
        let number = master.number
        // TIOCSPTLCK and TIOCGPTN are function-like macros; these are their values.
        var lock: Int32 = 0
        var index: Int32 = -1
        try systemCall("TIOCSPTLCK") {
            unsafe withUnsafeMutablePointer(to: &lock) {
                unsafe attune_ioctl_pointer(number, 0x4004_5431, $0)
            }
        }
        try systemCall("TIOCGPTN") {
            unsafe withUnsafeMutablePointer(to: &index) {
                unsafe attune_ioctl_pointer(number, 0x8004_5430, $0)
            }
        }
        let path = "/dev/pts/\(index)"
        slave = try SystemCalls.FileDescriptor(opening: path, flags: O_RDWR | O_NOCTTY)
    }

    func type(_ text: String) throws {
        try FileSystem.writeAll(Array(text.utf8), to: master.number)
    }

    /// Reads until a text has been seen.
    func waits(for text: String) -> Bool {
        for _ in 0..<400 {
            if let range = seen.range(of: text) {
                seen.removeSubrange(..<range.upperBound)
                return true
            }
            var entry = pollfd(fd: master.number, events: Int16(POLLIN), revents: 0)
            if unsafe poll(&entry, 1, 50) <= 0 { continue }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let number = master.number
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe read(number, $0.baseAddress, $0.count)
            }
            if count > 0 { seen += String(decoding: buffer[0..<count], as: UTF8.self) }
        }
        Issue.record("'\(text)' was not shown; there is: \(seen.debugDescription)")
        return false
    }

    /// Whether it waits for whole lines and shows what is typed, as a shell leaves it.
    var isCooked: Bool {
        var attributes = termios()
        _ = unsafe tcgetattr(slave.number, &attributes)
        let flags = tcflag_t(ICANON | ECHO | ISIG)
        return attributes.c_lflag & flags == flags
    }
}
