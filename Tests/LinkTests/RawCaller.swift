import Glibc
import Link
import SystemCalls

@testable import Link

/// A caller that sends bytes, and not necessarily Varlink.
final class RawCaller {
    let socket: FileDescriptor
    private var input: [UInt8] = []

    init(_ path: String) throws {
        socket = try UnixSocket.make(blocking: true)
        let number = socket.number
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        try systemCall("setsockopt") {
            unsafe setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        }
        try systemCall("connect", path) {
            unsafe UnixSocket.withAddress(path) { unsafe connect(number, $0, $1) }
        }
    }

    func send(_ bytes: [UInt8]) throws {
        try FileSystem.writeAll(bytes, to: socket.number)
    }

    func send(_ text: String) throws { try send(Array(text.utf8) + [0]) }

    /// Writes what the socket takes at once; false when it is full.
    func offer(_ bytes: [UInt8]) -> Bool {
        let number = socket.number
        return unsafe bytes.withUnsafeBytes {
            unsafe Glibc.send(
                number, $0.baseAddress, $0.count,
                Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)) == bytes.count
        }
    }

    /// The next message, or nil at the end.
    func next() throws -> JSONValue? {
        while true {
            if let end = input.firstIndex(of: 0) {
                defer { input.removeSubrange(0...end) }
                return try JSONValue(parsing: input[0..<end], limits: JSONLimits(depth: 64))
            }
            var buffer = [UInt8](repeating: 0, count: 65536)
            let number = socket.number
            let count: Int
            do throws(SystemError) {
                count = try systemCall("read") {
                    unsafe buffer.withUnsafeMutableBytes {
                        unsafe read(number, $0.baseAddress, $0.count)
                    }
                }
            } catch {
                if error.code == ECONNRESET { return nil }
                throw error
            }
            if count == 0 { return nil }
            input += buffer[0..<count]
        }
    }

    static let getStatus = #"{"method":"io.attune.Control.GetStatus"}"#
}
