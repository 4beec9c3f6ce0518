import Glibc

/// Who is at the other end of a Unix socket, as the kernel noted it when the connection was made.
public struct Peer: Hashable, Sendable {
    /// The process; it may be gone by now, and its number used again.
    public var process: pid_t
    public var user: uid_t
    /// The primary group.
    public var group: gid_t
    /// Supplementary groups (SO_PEERGROUPS).
    public var supplementaryGroups: [gid_t]

    public init(process: pid_t, user: uid_t, group: gid_t, supplementaryGroups: [gid_t]) {
        self.process = process
        self.user = user
        self.group = group
        self.supplementaryGroups = supplementaryGroups
    }

    /// Primary and supplementary groups.
    public var allGroups: [gid_t] { [group] + supplementaryGroups }
}
