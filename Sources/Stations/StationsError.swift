import SessionStore
import SystemCalls

/// Why a place could not be read or written, or a session not sent or brought.
public struct StationsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is, for programs that decide on it.
    public enum Code: Hashable, Sendable {
        /// What was asked for is not understood, or something that it needs is missing.
        case configuration
        /// The place does not answer, or the connection was cut again and again. What was sent stays.
        case unreachable
        /// The place answers, and does not let this user.
        case denied
        /// There is no such place, or it is none of Attune's.
        case noPlace
        /// What the place holds is not as Attune writes it.
        case strange
        /// What the place holds is not what was sent.
        case damaged
        /// Somebody else wrote it in between.
        case conflict
        /// The file changed while it was sent.
        case changed
        /// A file of this machine cannot be read or written.
        case local
    }

    public var code: Code
    /// What happened and what to do about it.
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

    /// Whether everything else at the place would fail in the same way.
    public var concernsPlace: Bool {
        switch code {
        case .configuration, .unreachable, .denied, .noPlace: true
        case .strange, .damaged, .conflict, .changed, .local: false
        }
    }

    /// A file of this machine that cannot be read or written.
    static func local(_ error: SystemError, _ what: String) -> StationsError {
        StationsError(.local, what, cause: error.description)
    }

    static func local(_ error: SessionStoreError) -> StationsError {
        StationsError(.local, error.message, cause: error.cause)
    }
}
