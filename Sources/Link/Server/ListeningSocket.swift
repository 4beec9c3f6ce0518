import CSystemCalls
import Glibc
import SystemCalls

/// A socket that callers can connect to. Made on any thread, so that a start fails early and
/// clearly; then handed to the thread that serves it.
public final class ListeningSocket: Sendable {
    /// Where it is; empty for one that was taken over.
    public let path: String
    private let socket: FileDescriptor
    private let lock: SocketLock?

    /// Makes a socket file, replacing one that a dead process left behind.
    ///
    /// A lock file beside it (`path.lock`) is held as long as this value lives.
    /// - Parameters:
    ///   - mode: the socket file's; who may connect at all.
    ///   - group: the socket file's; nil leaves the process's own.
    /// - Throws: `.inUse` where another service has it, `.path` where something else stands there.
    public init(
        path: String, mode: mode_t = 0o660, group: gid_t? = nil
    ) throws(LinkError) {
        try UnixSocket.check(path)
        self.path = path
        lock = try SocketLock(path: path + ".lock", purpose: path)
        try ListeningSocket.clear(path)
        do throws(SystemError) {
            socket = try UnixSocket.make(blocking: false)
            let number = socket.number
            try systemCall("bind", path) {
                unsafe UnixSocket.withAddress(path) { unsafe bind(number, $0, $1) }
            }
            // Nobody can connect before listen, so nobody slips in before the mode is right.
            if let group {
                try systemCall("chown", path) { unsafe chown(path, uid_t.max, group) }
            }
            try systemCall("chmod", path) { unsafe chmod(path, mode) }
            try systemCall("listen", path) { listen(number, 128) }
        } catch {
            throw LinkError(
                error.code == EACCES || error.code == EPERM ? .permission : .path,
                "The socket \(path) cannot be made: is there room in its directory, and may this user "
                    + "write there?", cause: error)
        }
    }

    /// Takes over a socket that already listens, such as one from socket activation. Its file, if
    /// any, is left alone at the end.
    public init(takingOver number: Int32) throws(LinkError) {
        path = ""
        lock = nil
        socket = FileDescriptor(owning: number)
        var listens: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        do throws(SystemError) {
            try systemCall("getsockopt", "SO_ACCEPTCONN") {
                unsafe getsockopt(number, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length)
            }
            try UnixSocket.makeNonBlocking(number)
        } catch {
            throw LinkError(.path, "The descriptor handed over is no socket", cause: error)
        }
        if listens == 0 {
            throw LinkError(
                .path,
                "The descriptor handed over does not listen: ListenStream= "
                    + "is needed in the socket unit.")
        }
    }

    deinit {
        if !path.isEmpty { _ = unsafe unlink(path) }
    }

    /// Where callers find it, also where it was taken over; nil for a socket without a path.
    public var address: String? {
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        // sockaddr_un begins as sockaddr does; the kernel writes as far as the length says.
        let result = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(socket.number, $0, &length)
            }
        }
        guard result == 0, address.sun_family == sa_family_t(AF_UNIX) else { return nil }
        let bytes = unsafe withUnsafeBytes(of: &address.sun_path) {
            unsafe $0.prefix { $0 != 0 }.map(\.self)
        }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// The listening descriptor; owned by this value.
    var number: Int32 { socket.number }

    /// Removes what a dead process left. The lock is held, so no service of ours lives there.
    private static func clear(_ path: String) throws(LinkError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw LinkError(.path, "\(path) is not a socket, and is left as it is: move it away.")
        }
        do throws(SystemError) {
            let probe = try UnixSocket.make(blocking: false)
            let number = probe.number
            do throws(SystemError) {
                try systemCall("connect", path) {
                    unsafe UnixSocket.withAddress(path) { unsafe connect(number, $0, $1) }
                }
                throw SystemError(code: EADDRINUSE, call: "connect", subject: path)
            } catch {
                // Refused: there is a file and nobody behind it.
                if error.code != ECONNREFUSED && error.code != ENOENT { throw error }
            }
            try FileSystem.remove(path)
        } catch {
            throw LinkError(
                .inUse,
                "Another service listens at \(path), or it cannot be replaced: stop it "
                    + "first, or use another directory.", cause: error)
        }
    }
}
