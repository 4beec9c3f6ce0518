import Link
import Timebase

/// Something that a sensor of the network brought, on its way to the sessions that record.
enum SensorPiece: Hashable, Sendable {
    case samples(SampleBatch)
    case event(SensorEvent)
}

/// Samples of one stream.
struct SampleBatch: Hashable, Sendable {
    var stream: String
    /// One a sample, in nanoseconds of CLOCK_MONOTONIC: its own time, or when it arrived.
    var stamps: [Int64]
    /// Little-endian values in the channels' types, sample by sample.
    var data: [UInt8]
    /// Samples that are known to be missing right before.
    var missing: Int64?
    /// Why an unknown number may be missing right before.
    var interruption: LinkInterruption?
    var readings: [DeviceReading] = []

    var count: Int { stamps.count }

    /// Both as one; nil where something is missing between them.
    func joined(_ next: SampleBatch) -> SampleBatch? {
        if count > 0 && (next.missing != nil || next.interruption != nil) { return nil }
        return SampleBatch(
            stream: stream, stamps: stamps + next.stamps, data: data + next.data,
            missing: missing ?? next.missing, interruption: interruption ?? next.interruption,
            readings: readings + next.readings)
    }
}

/// An event of a stream.
struct SensorEvent: Hashable, Sendable {
    var stream: String
    var kind: String
    var time: Instant
    /// Nanoseconds.
    var bound: Int64
    var payload: JSONValue
}

/// A sensor of the network: it finds its device by itself, and again when it went away.
///
/// Used by one thread.
protocol NetworkSource: AnyObject {
    /// Unlike any other's, of letters, digits, `-` and `_`.
    var name: String { get }
    /// Whose sessions it belongs to; nil for all.
    var participant: String? { get }
    /// What it brings; nil until that is known. Changes only when the device is another one.
    var streams: [LinkStream]? { get }
    /// Sockets that make `pump` worth calling when they are readable.
    var descriptors: [Int32] { get }
    /// Does what is due, and hands over what has come. Waits a second at most.
    func pump(_ deliver: (SensorPiece) -> Void)
}

extension [UInt8] {
    mutating func append(littleEndian value: some FixedWidthInteger) {
        // The bytes of a number, copied within the call.
        unsafe Swift.withUnsafeBytes(of: value.littleEndian) { unsafe append(contentsOf: $0) }
    }
}
