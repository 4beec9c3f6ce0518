/// Why a session could not be played.
public struct PlaybackError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// A time was asked for at which the session has nothing.
        case outsideSession
        /// The terminal could not be used.
        case terminal
    }

    public var code: Code
    /// What happened and what to do about it.
    public var message: String
    /// The failure below, in its own words; nil where there is none.
    public var cause: String?

    public init(code: Code, message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String {
        guard let cause else { return message }
        return "\(message) (\(cause))"
    }
}
