import SystemCalls

/// Why a link could not be made or kept: a code, what to do, and the cause.
public struct LinkError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// The socket's path cannot be used.
        case path
        /// Another service has this socket.
        case inUse
        /// Nobody listens.
        case notRunning
        /// The file mode, or the lack of a group, keeps the caller out.
        case permission
        /// The other side closed, or broke off.
        case disconnected
        /// No answer in time.
        case timeout
        /// The other side does not speak Varlink, or not as its interface says.
        case malformed
        /// A message is larger than may be.
        case tooLarge
        /// An outbox cannot be read or written.
        case outbox
        /// The kernel refused something else.
        case system
    }

    public let code: Code
    /// What is wrong and what to do.
    public let message: String
    /// The kernel's reason, where it had one.
    public let cause: SystemError?

    public init(_ code: Code, _ message: String, cause: SystemError? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    init(_ cause: SystemError) {
        self.init(.system, "The kernel refused a call", cause: cause)
    }

    public var description: String {
        guard let cause else { return message }
        return "\(message) (\(cause))"
    }
}
