/// Why there are no safety rules for a session; without them it must not begin.
public struct SafetyRulesError: Error, Codable, Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, Codable, Hashable, Sendable {
        /// There is no such file.
        case missing
        /// The file is wrong.
        case mistake
        /// The rules are of another language than the session.
        case language
    }

    public var code: Code
    /// What is wrong and what to do.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
