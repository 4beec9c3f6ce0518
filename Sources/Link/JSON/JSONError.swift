/// Why a text is not acceptable JSON, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, in words.
    public let reason: String
    /// Bytes from the text's beginning.
    public let position: Int

    public init(reason: String, position: Int) {
        self.reason = reason
        self.position = position
    }

    public var description: String { "\(reason) at byte \(position)" }
}
