/// What stands at a path.
public struct PathFacts: Hashable, Sendable {
    /// The permission bits.
    public var mode: UInt32
    public var user: UInt32
    public var group: UInt32
    public var isDirectory: Bool
    /// The file system that holds it.
    public var device: UInt64

    public init(mode: UInt32, user: UInt32, group: UInt32, isDirectory: Bool, device: UInt64) {
        self.mode = mode
        self.user = user
        self.group = group
        self.isDirectory = isDirectory
        self.device = device
    }

    /// Whether somebody may read (4), write (2) and enter (1) it, as far as the permission bits tell.
    func allows(_ needed: UInt32, user asking: UInt32, groups: Set<UInt32>) -> Bool {
        if asking == 0 { return true }
        let shift: UInt32 = asking == user ? 6 : groups.contains(group) ? 3 : 0
        return mode >> shift & needed == needed
    }
}
