import CSystemCalls
import Glibc
import SystemCalls
import Timebase

/// The write end of a pair of sockets that carries a device's packets to their reader. The Bluetooth
/// thread only.
final class PacketPipe {
    /// How much may wait, in bytes as the kernel counts them (about 1 kB a packet).
    private static let room: Int32 = 4 << 20

    private let descriptor: FileDescriptor
    /// Packets that did not fit since `takeLoss` was called last.
    private var loss: (packets: Int, first: Instant, last: Instant)?

    /// Makes the pair.
    /// - Parameter reader: the other end, which the caller owns and closes.
    init(reader: inout Int32) throws(SystemError) {
        var pair: [Int32] = [-1, -1]
        // Room for the two that it writes.
        try systemCall("socketpair") { unsafe attune_message_pair(&pair) }
        descriptor = FileDescriptor(owning: pair[1])
        reader = pair[0]
        attune_socket_room(pair[1], Self.room)
        attune_socket_room(pair[0], Self.room)
    }

    /// Writes one packet, or counts it as lost. False when the reader has gone.
    func write(_ packet: [UInt8], characteristic: Int, arrival: Instant) -> Bool {
        var message: [UInt8] = []
        message.reserveCapacity(packet.count + 9)
        let stamp = UInt64(bitPattern: arrival.nanoseconds)
        for byte in 0..<8 { message.append(UInt8(truncatingIfNeeded: stamp >> (8 * byte))) }
        message.append(UInt8(truncatingIfNeeded: characteristic))
        message += packet
        while true {
            let sent = unsafe message.withUnsafeBytes {
                unsafe attune_send_nosignal(descriptor.number, $0.baseAddress, $0.count)
            }
            if sent >= 0 { return true }
            switch errno {
            case EINTR: continue
            case EPIPE, ECONNRESET, ENOTCONN: return false
            default:
                loss = ((loss?.packets ?? 0) + 1, loss?.first ?? arrival, arrival)
                return true
            }
        }
    }

    var hasLoss: Bool { loss != nil }

    func takeLoss() -> (packets: Int, first: Instant, last: Instant)? {
        defer { loss = nil }
        return loss
    }
}
