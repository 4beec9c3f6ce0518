import CSystemCalls
import Glibc
import Synchronization
import SystemCalls

/// A UDP socket of a virtual network device: it answers whoever wrote last, and sends data to the one who
/// has connected.
///
/// Calls never block.
final class DatagramEndpoint: DeviceEndpoint {
    let path: String
    let openings: OpeningWatch? = nil
    private let socket: FileDescriptor
    private let peers = Mutex(Peers())

    private struct Peers: ~Copyable, Sendable {
        var last = sockaddr_in()
        var data: sockaddr_in?
        var control: FileDescriptor?
    }

    /// Listens.
    /// - Parameter address: `ADDRESS:PORT`; port 0 takes a free one, which `path` then names.
    init(address: String) throws(VirtualDeviceError) {
        let parts = address.split(separator: ":", omittingEmptySubsequences: false)
        var own = sockaddr_in()
        own.sin_family = sa_family_t(AF_INET)
        guard parts.count == 2, let port = UInt16(parts[1]),
            unsafe inet_pton(AF_INET, String(parts[0]), &own.sin_addr) == 1
        else {
            throw VirtualDeviceError(
                .setting, "A UDP address is ADDRESS:PORT, such as 127.0.0.1:3131, not \(address).")
        }
        own.sin_port = port.bigEndian
        do throws(SystemError) {
            socket = try Self.makeSocket(Int32(SOCK_DGRAM.rawValue))
            var bound = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let number = socket.number
            try systemCall("bind", address) {
                unsafe Self.withAddress(&own) { unsafe bind(number, $0, length) }
            }
            try systemCall("getsockname", address) {
                // The length is the structure's own.
                unsafe Self.withAddress(&bound) { pointer in
                    unsafe getsockname(number, pointer, &length)
                }
            }
            path = "\(parts[0]):\(UInt16(bigEndian: bound.sin_port))"
        } catch {
            throw VirtualDeviceError(
                .endpoint, "The virtual device cannot listen on \(address); is the port taken?",
                cause: error)
        }
    }

    private static func makeSocket(_ type: Int32) throws(SystemError) -> FileDescriptor {
        FileDescriptor(
            owning: try systemCall("socket") {
                Glibc.socket(
                    AF_INET,
                    type | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            })
    }

    /// Lends an address in the general form that the kernel's calls take.
    private static func withAddress<Result>(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Result
    ) -> Result {
        // An IPv4 address is laid out as the general one begins; the pointer does not leave `body`.
        unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
        }
    }

    var commandDescriptor: Int32 { socket.number }
    var unread: Int { 0 }
    func unlink() { disconnect() }

    /// Makes the one who wrote last the one who gets data.
    /// - Parameters:
    ///   - dataPort: where data goes, on that host.
    ///   - controlPort: where a connection is tried; whether it comes about does not matter here.
    func connect(dataPort: UInt16, controlPort: UInt16) {
        peers.withLock { peers in
            var data = peers.last
            data.sin_port = dataPort.bigEndian
            peers.data = data
            var control = peers.last
            control.sin_port = controlPort.bigEndian
            guard let connection = try? Self.makeSocket(Int32(SOCK_STREAM.rawValue)) else { return }
            let length = socklen_t(MemoryLayout<sockaddr_in>.size)
            // The connection goes on by itself; a refusal is the host's matter.
            _ = unsafe Self.withAddress(&control) {
                unsafe Glibc.connect(connection.number, $0, length)
            }
            peers.control = consume connection
        }
    }

    /// Forgets who gets data.
    func disconnect() {
        peers.withLock {
            $0.data = nil
            $0.control = nil
        }
    }

    /// Sends a datagram of data to the one who has connected, else an answer to the one who wrote last.
    func write(_ bytes: [UInt8], from offset: Int) throws(VirtualDeviceError) -> Int {
        send(bytes, to: peers.withLock { $0.data ?? $0.last })
    }

    /// Sends an answer to the one who wrote last.
    func answer(_ bytes: [UInt8]) {
        _ = send(bytes, to: peers.withLock { $0.last })
    }

    /// - Returns: bytes sent; 0 where the network does not take them, which is as good as lost.
    private func send(_ bytes: [UInt8], to peer: sockaddr_in) -> Int {
        var peer = peer
        guard peer.sin_port != 0 else { return 0 }
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let sent = unsafe Self.withAddress(&peer) { address in
            unsafe bytes.withUnsafeBytes {
                unsafe sendto(
                    socket.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL), address,
                    length)
            }
        }
        return max(0, sent)
    }

    /// Takes the waiting datagrams, each with a line end behind it.
    func readCommands(into commands: inout [UInt8]) throws(VirtualDeviceError) {
        var buffer: [UInt8] = Array(repeating: 0, count: 2048)
        while true {
            var peer = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let count = unsafe Self.withAddress(&peer) { address in
                // The buffer outlives the call, which writes at most its length.
                unsafe buffer.withUnsafeMutableBytes {
                    unsafe recvfrom(socket.number, $0.baseAddress, $0.count, 0, address, &length)
                }
            }
            guard count > 0 else { return }
            let from = peer
            peers.withLock { $0.last = from }
            commands.append(contentsOf: buffer[0..<count])
            if commands.last != 0x0A { commands.append(0x0A) }
        }
    }
}
