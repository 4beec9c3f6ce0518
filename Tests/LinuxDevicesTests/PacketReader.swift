import CSystemCalls
import Glibc
import Timebase

/// Reads what a Bluetooth device's packets become, as the recorder would. Owns the descriptor.
final class PacketReader {
    struct Packet: Equatable {
        let stamp: Int64
        let characteristic: Int
        let bytes: [UInt8]
    }

    let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// The next packet within 20 s; nil at the end. Fails with an empty packet of characteristic -1.
    func next(milliseconds: Int32 = 20_000) -> Packet? {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&polled, 1, milliseconds) > 0 else {
            return Packet(stamp: 0, characteristic: -1, bytes: [])
        }
        var buffer = [UInt8](repeating: 0, count: 1024)
        // The buffer is as large as it says.
        let count = unsafe read(descriptor, &buffer, 1024)
        guard count > 0 else { return nil }
        var stamp: UInt64 = 0
        for byte in (0..<8).reversed() { stamp = stamp << 8 | UInt64(buffer[byte]) }
        return Packet(
            stamp: Int64(bitPattern: stamp), characteristic: Int(buffer[8]),
            bytes: Array(buffer[9..<count]))
    }

    /// All packets up to the end.
    func rest() -> [Packet] {
        var packets: [Packet] = []
        while let packet = next(), packet.characteristic >= 0 { packets.append(packet) }
        return packets
    }
}
