import Glibc
import SystemCalls

/// Decides from a caller's user and groups what it may do. Pure; one value serves all threads.
///
/// Root and the service's own user may do everything, members of the control groups too, members of
/// the watch groups may look, and everyone else gets nothing. The socket's file mode is a second
/// fence, not the only one.
public struct AccessPolicy: Hashable, Sendable {
    /// Groups whose members may look.
    public var watchGroups: Set<gid_t>
    /// Groups whose members may look and change.
    public var controlGroups: Set<gid_t>
    /// The user that the service runs as.
    public var owner: uid_t

    public init(watchGroups: Set<gid_t>, controlGroups: Set<gid_t>, owner: uid_t = geteuid()) {
        self.watchGroups = watchGroups
        self.controlGroups = controlGroups
        self.owner = owner
    }

    /// Looks the groups up by name.
    /// - Returns: the policy, and the names that this machine does not have, which then give
    ///   nobody a right.
    public static func named(
        watch: [String] = ["attune"], control: [String] = ["attune-operators"],
        owner: uid_t = geteuid()
    ) -> (policy: AccessPolicy, missing: [String]) {
        var policy = AccessPolicy(watchGroups: [], controlGroups: [], owner: owner)
        var missing: [String] = []
        for name in watch {
            if let group = identifier(ofGroup: name) {
                policy.watchGroups.insert(group)
            } else {
                missing.append(name)
            }
        }
        for name in control {
            if let group = identifier(ofGroup: name) {
                policy.controlGroups.insert(group)
            } else {
                missing.append(name)
            }
        }
        return (policy, missing)
    }

    /// The number of a group, or nil where this machine has none of that name.
    public static func identifier(ofGroup name: String) -> gid_t? {
        var entry = unsafe group()
        var found: UnsafeMutablePointer<group>?
        // 64 KiB hold a group of thousands of members; a larger one counts as not found.
        var buffer = [CChar](repeating: 0, count: 65536)
        let code = unsafe buffer.withUnsafeMutableBufferPointer {
            unsafe getgrnam_r(name, &entry, $0.baseAddress!, $0.count, &found)
        }
        guard code == 0, unsafe found != nil else { return nil }
        return unsafe entry.gr_gid
    }

    /// Whether a user may do everything without being in any group.
    public func allowsOwner(_ user: uid_t) -> Bool { user == 0 || user == owner }

    /// What a caller may do.
    public func access(of peer: Peer) -> Access {
        if allowsOwner(peer.user) { return .control }
        if !controlGroups.isDisjoint(with: peer.allGroups) { return .control }
        if !watchGroups.isDisjoint(with: peer.allGroups) { return .watch }
        return .none
    }
}
