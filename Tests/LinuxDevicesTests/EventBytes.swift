/// Builds the bytes of `struct input_event`, as the kernel hands them over.
enum EventBytes {
    static func event(
        _ microseconds: Int64, _ type: UInt16, _ code: UInt16, _ value: Int32,
        seconds: Int64 = 1000
    ) -> [UInt8] {
        bytes(seconds) + bytes(microseconds) + bytes(type) + bytes(code) + bytes(value)
    }

    /// A key event with its scan code and the end of its report, as a keyboard sends it.
    static func key(_ microseconds: Int64, _ code: UInt16, _ value: Int32) -> [UInt8] {
        event(microseconds, 4, 4, 0x70000 + Int32(code)) + event(microseconds, 1, code, value)
            + report(microseconds)
    }

    static func report(_ microseconds: Int64) -> [UInt8] { event(microseconds, 0, 0, 0) }

    static func dropped(_ microseconds: Int64) -> [UInt8] { event(microseconds, 0, 3, 0) }

    static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        unsafe withUnsafeBytes(of: number.littleEndian) { unsafe Array($0) }
    }
}
