import Glibc
import SystemCalls
import Timebase
import VirtualDevices

/// The keyboard of the example's participant: puts key presses into the named pipe that the daemon reads.
final class ExampleKeyboard {
    private let path: String
    private let pipe: FileDescriptor

    init(path: String) throws {
        self.path = path
        // Open for both, so that the pipe does not end with whoever reads it.
        pipe = try FileDescriptor(opening: path, flags: O_RDWR | O_NONBLOCK)
    }

    /// Presses the key of a character, and lets it go.
    func type(_ character: Character) throws {
        guard let key = KeyboardLayout.key(for: character) else { return }
        let now = Clocks.now().nanoseconds / 1000
        var bytes: [UInt8] = []
        if key.shifted { bytes += Self.event(now - 60_000, KeyboardLayout.shift, true) }
        bytes += Self.event(now - 45_000, key.code, true)
        bytes += Self.event(now, key.code, false)
        if key.shifted { bytes += Self.event(now, KeyboardLayout.shift, false) }
        let number = pipe.number
        _ = try nonBlockingSystemCall("write", path) {
            unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(number, $0.baseAddress, $0.count)
            }
        }
    }

    /// A key's `struct input_event`, and the one that ends its report.
    private static func event(_ microseconds: Int64, _ code: UInt16, _ isDown: Bool) -> [UInt8] {
        func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
            (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        let time = bytes(microseconds / 1_000_000) + bytes(microseconds % 1_000_000)
        let key = time + bytes(UInt16(1)) + bytes(code) + bytes(Int32(isDown ? 1 : 0))
        return key + time + bytes(UInt16(0)) + bytes(UInt16(0)) + bytes(Int32(0))
    }
}
