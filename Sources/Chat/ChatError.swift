/// Why a chat cannot go on: a code and what to do.
public struct ChatError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// A file of the chat cannot be used.
        case file
        /// The daemon does not take part.
        case daemon
        /// The browser of the scripted participant fails.
        case browser
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
