/// Who runs the command.
public struct Caller: Hashable, Sendable {
    public var user: UInt32
    /// The groups that this process has: those of the last sign-in.
    public var groups: Set<UInt32>

    public init(user: UInt32, groups: Set<UInt32>) {
        self.user = user
        self.groups = groups
    }
}
