/// Why the console cannot go on: a code and what to do.
public struct ConsoleError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// What was given does not fit together.
        case invalid
        /// A file of the console's state cannot be used.
        case file
        /// What the settings name cannot be used so: starting again would not help.
        case settings
        /// There is not enough memory.
        case memory
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
