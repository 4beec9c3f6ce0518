import CSystemCalls
import Glibc
import SystemCalls

/// Stream sockets with a path, for both sides.
enum UnixSocket {
    /// The longest path that an address holds, in bytes.
    static var longestPath: Int { MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1 }

    /// A socket that is closed on exec.
    static func make(blocking: Bool) throws(SystemError) -> FileDescriptor {
        let flags =
            SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue
            | (blocking ? 0 : SOCK_NONBLOCK.rawValue)
        return FileDescriptor(
            owning: try systemCall("socket") { socket(AF_UNIX, Int32(flags), 0) })
    }

    /// Makes an open socket return at once instead of waiting, and closes it on exec.
    static func makeNonBlocking(_ number: Int32) throws(SystemError) {
        let flags = try systemCall("fcntl") { attune_fcntl_integer(number, F_GETFL, 0) }
        try systemCall("fcntl") { attune_fcntl_integer(number, F_SETFL, flags | O_NONBLOCK) }
        try systemCall("fcntl") { attune_fcntl_integer(number, F_SETFD, FD_CLOEXEC) }
    }

    /// Refuses what an address cannot hold.
    static func check(_ path: String) throws(LinkError) {
        let length = path.utf8.count
        if length == 0 || path.utf8.contains(0) {
            throw LinkError(.path, "A socket needs a path.")
        }
        if length > longestPath {
            throw LinkError(
                .path,
                "The socket's path has \(length) bytes, and \(longestPath) are possible: choose "
                    + "a shorter runtime directory than that of \(path).")
        }
    }

    /// Calls `body` with the address of a path that `check` has passed.
    static func withAddress<Result>(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { place in
            // The last byte stays 0, since the path is shorter than its place.
            for (index, byte) in path.utf8.prefix(longestPath).enumerated() {
                unsafe place[index] = byte
            }
        }
        return unsafe withUnsafePointer(to: &address) {
            // sockaddr_un begins as sockaddr does; the kernel reads as far as the length says.
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// Who connected.
    static func peer(of number: Int32) throws(SystemError) -> Peer {
        var process = pid_t()
        var user = uid_t()
        var group = gid_t()
        try systemCall("getsockopt", "SO_PEERCRED") {
            unsafe attune_peer_credentials(number, &process, &user, &group)
        }
        var capacity = 64
        while true {
            var groups = [gid_t](repeating: 0, count: capacity)
            do throws(SystemError) {
                let count = try systemCall("getsockopt", "SO_PEERGROUPS") {
                    unsafe groups.withUnsafeMutableBufferPointer {
                        unsafe attune_peer_groups(number, $0.baseAddress, Int32($0.count))
                    }
                }
                return Peer(
                    process: process, user: user, group: group,
                    supplementaryGroups: Array(groups.prefix(Int(count))))
            } catch {
                // The kernel allows 65,536 groups.
                if error.code != ERANGE || capacity >= 65536 { throw error }
                capacity *= 4
            }
        }
    }
}
