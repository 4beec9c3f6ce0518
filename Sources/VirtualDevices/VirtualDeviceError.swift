import SystemCalls

/// A virtual device could not be set up or go on.
public struct VirtualDeviceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of fault it is, for programs.
    public enum Code: String, Hashable, Sendable {
        /// The pseudo-terminal or pipe could not be made, or failed.
        case endpoint
        /// The log could not be written.
        case log
        /// A recording (CSV) cannot be replayed.
        case recording
        /// A setting is out of range.
        case setting
        /// A device log cannot be read.
        case unreadableLog
    }

    /// What kind of fault it is, for programs.
    public let code: Code
    /// What happened and what to do, for people.
    public let message: String
    /// The kernel's reason, where there is one.
    public let cause: SystemError?

    /// An error with its message.
    public init(_ code: Code, _ message: String, cause: SystemError? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Message and cause in one line.
    public var description: String {
        guard let cause else { return message }
        return "\(message) (\(cause))"
    }
}
