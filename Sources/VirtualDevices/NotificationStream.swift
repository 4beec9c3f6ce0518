import Timebase

/// A byte stream over notifications of at most 20 bytes, which frames and lines span.
///
/// A frame is sent if all of its pieces are; it is logged when its last piece has gone.
struct NotificationStream: Sendable {
    /// Bytes of a notification over the smallest MTU.
    static let limit = 20

    private struct Frame: Sendable {
        var bytesLeft: Int
        var due: Instant
        var values: [Int64]
        var fate = FrameFate.sent
    }

    private var waiting: [UInt8] = []
    private var frames: [Frame] = []

    /// Forgets what waits.
    mutating func removeAll() {
        waiting = []
        frames = []
    }

    /// Puts a frame at the end.
    mutating func append(_ bytes: [UInt8], due: Instant, values: [Int64]) {
        waiting.append(contentsOf: bytes)
        frames.append(Frame(bytesLeft: bytes.count, due: due, values: values))
    }

    /// Sends full notifications.
    /// - Parameter all: whether a last one that is not full goes too.
    mutating func flush(
        _ name: String, all: Bool, now: Instant, outlet: inout DeviceOutlet
    ) throws(VirtualDeviceError) {
        while waiting.count >= Self.limit || (all && !waiting.isEmpty) {
            let piece = Array(waiting.prefix(Self.limit))
            waiting.removeFirst(piece.count)
            let fate = try outlet.pushNotification(name, piece, now: now)
            var left = piece.count
            while left > 0, !frames.isEmpty {
                let part = min(left, frames[0].bytesLeft)
                left -= part
                frames[0].bytesLeft -= part
                if fate != .sent { frames[0].fate = fate }
                guard frames[0].bytesLeft == 0 else { break }
                let frame = frames.removeFirst()
                try outlet.record(frame.fate, due: frame.due, now: now, values: frame.values)
            }
        }
    }
}
