import Glibc
import Timebase

/// Turns the kernel's input events into records of key classes, in the read call itself: no key
/// code outlives it. Acquisition thread; never allocates, blocks or locks. One a device.
public struct InputReader: ~Copyable, Sendable {
    /// Bytes of the kernel's `struct input_event` on 64-bit machines.
    public static let eventByteCount = 24
    /// Bytes that one `read` can put out at most.
    public static let outputCapacity = (eventsPerRead + 2) * InputRecord.byteCount
    /// Events that one `read` takes at most.
    static let eventsPerRead = 64

    /// - Parameter isTestSource: a test source may split an event between two reads, and then the
    ///   first part is kept; a device never does, and nothing of it is kept.
    public init(kind: InputDeviceKind, isTestSource: Bool = false) {}

    /// Reads what waits, at most 64 events, and writes records.
    ///
    /// - Parameter output: at least `outputCapacity` bytes, for example reserved in the ring.
    /// - Returns: how it went, and how many bytes were written.
    public mutating func read(
        _ descriptor: Int32, into output: UnsafeMutableRawBufferPointer
    ) -> InputReading { InputReading(outcome: .ended, byteCount: 0) }

    /// Converts events that were read already; what `read` does, without the call.
    ///
    /// - Parameters:
    ///   - input: bytes as read; zeroed before this returns.
    ///   - output: at least `(events + 2) * 16` bytes; what does not fit is given as one `dropped`.
    /// - Returns: how many bytes were written.
    public mutating func convert(
        _ input: UnsafeMutableRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> Int { 0 }
}
