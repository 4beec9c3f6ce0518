import SystemCalls

/// Why the service manager could not be told or asked: what to do, and the kernel's reason.
public struct ServiceManagerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let message: String
    /// What the call said.
    public let cause: SystemError

    public var description: String { "\(message) (\(cause))" }
}
