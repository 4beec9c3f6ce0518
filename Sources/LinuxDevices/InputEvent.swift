import Timebase

/// One event as the kernel hands it over (`struct input_event` on 64-bit machines: seconds,
/// microseconds, type, code, value). The only place where a key code is held, and never for longer
/// than the conversion of the one event.
struct InputEvent: ~Copyable {
    // EV_SYN and its codes (linux/input-event-codes.h).
    static let sync: UInt16 = 0
    static let reportEnd: UInt16 = 0
    static let dropped: UInt16 = 3

    let stamp: Instant
    let type: UInt16
    let code: UInt16
    let value: Int32

    /// Reads an event; `bytes` must hold 24 bytes from `offset` on.
    init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        // All reads lie within the 24 bytes that the caller vouches for.
        let seconds = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self)
        let microseconds = unsafe bytes.loadUnaligned(fromByteOffset: offset + 8, as: Int64.self)
        type = unsafe bytes.loadUnaligned(fromByteOffset: offset + 16, as: UInt16.self)
        code = unsafe bytes.loadUnaligned(fromByteOffset: offset + 18, as: UInt16.self)
        value = unsafe bytes.loadUnaligned(fromByteOffset: offset + 20, as: Int32.self)
        stamp =
            Instant(nanoseconds: Self.saturating(seconds, times: 1_000_000_000))
            + Self.saturating(microseconds, times: 1_000)
    }

    private static func saturating(_ number: Int64, times factor: Int64) -> Int64 {
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        guard overflow else { return product }
        return number > 0 ? .max : .min
    }
}
