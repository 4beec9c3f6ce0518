import Declarations
import SessionStore
import SystemCalls

/// Why something could not be imported.
public struct ImportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is, for programs that decide on it.
    public enum Code: Hashable, Sendable {
        /// What is to be imported is not of the form that it should be of.
        case format
        /// It holds nothing that a session could be made of.
        case nothing
        /// A mapping says what is not so, or not enough.
        case mapping
        /// Something stands where the session is to go.
        case exists
        /// The session could not be written.
        case session(SessionStoreError.Code)
        /// The kernel refused something.
        case inputOutput
    }

    public var code: Code
    /// What happened and what to do about it, with the path.
    public var message: String
    /// The failure below, in its own words; nil where there is none.
    public var cause: String?

    public init(_ code: Code, _ message: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String {
        guard let cause else { return message }
        return "\(message) (\(cause))"
    }

    /// The error for a failed system call.
    static func system(_ error: SystemError, _ what: String) -> ImportError {
        ImportError(.inputOutput, what, cause: error.description)
    }

    /// The error for a session that cannot be written or read.
    static func store(_ error: SessionStoreError) -> ImportError {
        ImportError(.session(error.code), error.message, cause: error.cause)
    }
}

/// Calls into the session store from code that throws `ImportError`.
func inStore<Result>(
    _ body: () throws(SessionStoreError) -> Result
) throws(ImportError) -> Result {
    do { return try body() } catch { throw .store(error) }
}
