/// Why a station cannot start or go on: what is wrong, and what to do.
public struct StationError: Error, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// The settings, a profile or a protocol have mistakes.
        case settings
        /// A directory cannot be made or written.
        case directory
        /// Another daemon has the same directories.
        case inUse
        /// The rings cannot be made.
        case ring
        /// What was recorded cannot be written into its session file now.
        case unstored
        /// The kernel refused something.
        case system
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
