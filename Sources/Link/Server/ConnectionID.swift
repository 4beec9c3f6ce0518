/// One connection of a server; never used again by the same server.
public struct ConnectionID: Hashable, Sendable, CustomStringConvertible {
    let token: UInt64

    public var description: String { "connection \(token)" }
}
