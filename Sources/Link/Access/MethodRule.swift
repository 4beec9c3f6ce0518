/// What the server holds callers of one method to.
public struct MethodRule: Hashable, Sendable {
    /// The full name, such as `io.attune.Control.GetStatus`.
    public var name: String
    /// The least right that a caller needs.
    public var neededAccess: Access
    /// Whether it answers several times, and so must be called with `more`.
    public var isStream: Bool
    /// Whether it may be handed over while earlier concurrent calls of the same connection are
    /// still unanswered. Answers keep their order all the same.
    public var isConcurrent: Bool

    public init(
        name: String, neededAccess: Access, isStream: Bool = false, isConcurrent: Bool = false
    ) {
        self.name = name
        self.neededAccess = neededAccess
        self.isStream = isStream
        self.isConcurrent = isConcurrent
    }

    /// The rule of a typed method.
    public init<Method: VarlinkMethod>(_ method: Method.Type) {
        self.init(
            name: method.name, neededAccess: method.neededAccess, isStream: method.isStream,
            isConcurrent: method.isConcurrent)
    }
}
