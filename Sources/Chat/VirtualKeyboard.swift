import CSystemCalls
import Glibc
import SystemCalls

/// Writes key presses as the kernel's `struct input_event` into a named pipe, from which a virtual
/// keyboard takes them. Times are of CLOCK_MONOTONIC. Where nobody reads, presses are dropped and
/// counted, and the chat goes on.
final class VirtualKeyboard {
    private let path: String
    private var pipe: FileDescriptor?
    /// Events that nobody took.
    private(set) var dropped = 0

    private static let keyEvent: UInt16 = 1
    private static let synchronisation: UInt16 = 0

    init(path: String) { self.path = path }

    /// Presses or releases the key of a key press; keys that the layout lacks are left out.
    func move(_ key: Key, isDown: Bool) {
        var codes: [UInt16] = []
        switch key {
        case .text(let text):
            guard let character = text.first, let found = KeyCodes.key(for: character) else {
                return
            }
            codes = found.isShifted ? [KeyCodes.leftShift, found.code] : [found.code]
        case .backspace: codes = [KeyCodes.backspace]
        case .enter: codes = [KeyCodes.enter]
        default: return
        }
        let now = Clocks.now().nanoseconds
        var bytes: [UInt8] = []
        // Shift goes down before its key, and up after it.
        for code in isDown ? codes : codes.reversed() {
            bytes += VirtualKeyboard.event(now, VirtualKeyboard.keyEvent, code, isDown ? 1 : 0)
        }
        bytes += VirtualKeyboard.event(now, VirtualKeyboard.synchronisation, 0, 0)
        write(bytes)
    }

    /// One `struct input_event` as 64-bit Linux lays it out.
    static func event(_ time: Int64, _ type: UInt16, _ code: UInt16, _ value: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        func append(_ value: some FixedWidthInteger) {
            for shift in stride(from: 0, to: value.bitWidth, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: value >> shift))
            }
        }
        append(time / 1_000_000_000)
        append(time % 1_000_000_000 / 1000)
        append(type)
        append(code)
        append(value)
        return bytes
    }

    private func write(_ bytes: [UInt8]) {
        if pipe == nil {
            pipe = try? FileDescriptor(opening: path, flags: O_WRONLY | O_NONBLOCK)
        }
        guard let number = pipe?.number else {
            dropped += 1
            return
        }
        do throws(SystemError) {
            // Shorter than PIPE_BUF, so it goes in whole or not at all.
            let written = try nonBlockingSystemCall("write", path) {
                unsafe bytes.withUnsafeBytes {
                    unsafe Glibc.write(number, $0.baseAddress, $0.count)
                }
            }
            if written == nil { dropped += 1 }
        } catch {
            dropped += 1
            pipe = nil
        }
    }
}
