/// What is wrong with an interface description, and where.
public struct InterfaceSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// In words.
    public let reason: String
    /// Lines from 1.
    public let line: Int

    public var description: String { "line \(line): \(reason)" }
}
