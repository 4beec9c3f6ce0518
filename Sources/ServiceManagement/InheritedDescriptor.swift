/// An open descriptor that a process was started with. Whoever takes it closes it.
public struct InheritedDescriptor: Hashable, Sendable {
    /// What it was stored as; for a socket, its unit's name, or what FileDescriptorName= says.
    public let name: String
    /// The kernel's number.
    public let number: Int32

    public init(name: String, number: Int32) {
        self.name = name
        self.number = number
    }
}
