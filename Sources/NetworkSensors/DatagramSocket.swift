import CSystemCalls
import Glibc
import SystemCalls
import Timebase

/// A UDP socket of IPv4 that never blocks. Used by one thread.
final class DatagramSocket {
    /// Something that came.
    struct Datagram {
        var bytes: [UInt8]
        /// When the kernel took it, on CLOCK_MONOTONIC.
        var arrival: Instant
        /// Whose it is: the address in the network's byte order.
        var sender: UInt32
    }

    private let descriptor: FileDescriptor
    /// Datagrams may wait while a busy machine does other things.
    private var clock = PacketClock(longestWait: 10_000_000_000)
    /// The port it listens at.
    let port: UInt16

    var number: Int32 { descriptor.number }

    /// Listens at a free port.
    init() throws(SystemError) {
        let type = Int32(SOCK_DGRAM.rawValue)
        descriptor = try Self.make(type)
        let number = descriptor.number
        var on: Int32 = 1
        try systemCall("setsockopt") {
            // The option's value is an int that lives through the call.
            unsafe setsockopt(
                number, SOL_SOCKET, SO_BROADCAST, &on, socklen_t(MemoryLayout<Int32>.size))
        }
        attune_socket_room(number, 1 << 20)
        try systemCall("setsockopt") { attune_stamp_messages(number) }
        port = try Self.bind(number)
    }

    static func make(_ type: Int32) throws(SystemError) -> FileDescriptor {
        FileDescriptor(
            owning: try systemCall("socket") {
                socket(
                    AF_INET,
                    type | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            })
    }

    /// Binds to a free port of all addresses, and gives the port.
    static func bind(_ number: Int32) throws(SystemError) -> UInt16 {
        var own = sockaddr_in()
        own.sin_family = sa_family_t(AF_INET)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try systemCall("bind") {
            unsafe withAddress(&own) { unsafe Glibc.bind(number, $0, length) }
        }
        try systemCall("getsockname") {
            // The length is the structure's own.
            unsafe withAddress(&own) { pointer in unsafe getsockname(number, pointer, &length) }
        }
        return UInt16(bigEndian: own.sin_port)
    }

    /// Lends an address in the general form that the kernel's calls take.
    static func withAddress<Result>(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Result
    ) -> Result {
        // An IPv4 address is laid out as the general one begins; the pointer does not leave `body`.
        unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
        }
    }

    /// An address in numbers; nil where the text is none.
    static func address(_ text: String, port: UInt16) -> sockaddr_in? {
        var found = sockaddr_in()
        found.sin_family = sa_family_t(AF_INET)
        found.sin_port = port.bigEndian
        return unsafe inet_pton(AF_INET, text, &found.sin_addr) == 1 ? found : nil
    }

    /// Sends; what the network does not take is as good as lost.
    func send(_ text: String, to address: sockaddr_in) {
        var address = address
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bytes = Array(text.utf8)
        _ = unsafe Self.withAddress(&address) { pointer in
            // The bytes live through the call.
            unsafe bytes.withUnsafeBytes {
                unsafe sendto(
                    descriptor.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL), pointer,
                    length)
            }
        }
    }

    /// The next datagram with its sender, if one waits; its arrival is the time of this call.
    func receiveWithSender() -> Datagram? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        var peer = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = unsafe Self.withAddress(&peer) { pointer in
            // The buffer outlives the call, which writes at most its length.
            unsafe buffer.withUnsafeMutableBytes {
                unsafe recvfrom(
                    descriptor.number, $0.baseAddress, $0.count, 0, pointer, &length)
            }
        }
        guard count >= 0 else { return nil }
        return Datagram(
            bytes: Array(buffer[0..<count]), arrival: Clocks.now(), sender: peer.sin_addr.s_addr)
    }

    /// The next datagram with the kernel's time, if one waits.
    func receive() -> Datagram? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var realtime: Int64 = 0
        // The buffer outlives the call, which writes at most its length.
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe attune_receive_stamped(
                descriptor.number, $0.baseAddress, $0.count, &realtime)
        }
        guard count > 0 else { return nil }
        let arrival = clock.arrival(realtime: realtime, now: Clocks.triple())
        return Datagram(bytes: Array(buffer[0..<count]), arrival: arrival, sender: 0)
    }
}
