/// Why a session file or the study database could not be read or written.
public struct SessionStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is, for programs that decide on it.
    public enum Code: Hashable, Sendable {
        /// Nothing stands at the path.
        case missing
        /// Something stands at the path already.
        case exists
        /// The file is no session file (or no study database).
        case notASession
        /// A newer version of Attune wrote the file.
        case newerVersion(found: Int, known: Int)
        /// The file's content contradicts itself.
        case damaged
        /// The disk is full.
        case diskFull
        /// The file or its directory cannot be written by this process.
        case readOnly
        /// Another process holds the file.
        case locked
        /// A study, participant or channel is not named as it must be.
        case invalidName
        /// What was handed over breaks the rules of the schema.
        case invalidInput
        /// The review file beside a session is that of another one.
        case wrongReview
        /// The session is not in a state that allows this.
        case wrongState
        /// The disk or the file system failed.
        case inputOutput
        /// Anything else that SQLite or the kernel reports.
        case other
    }

    public var code: Code
    /// What happened and what to do about it, with the path.
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
