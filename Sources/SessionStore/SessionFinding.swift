/// Something that a check of a session file found.
public struct SessionFinding: Hashable, Sendable, Codable {
    public enum Severity: String, Hashable, Sendable, Codable {
        /// The file is damaged or contradicts itself.
        case error
        /// Worth knowing; the data is whole.
        case note
    }

    public var severity: Severity
    /// What it is about, such as a stream's name; empty for the file as a whole.
    public var subject: String
    /// What was found, and what to do about it.
    public var message: String

    public init(_ severity: Severity, _ subject: String, _ message: String) {
        self.severity = severity
        self.subject = subject
        self.message = message
    }
}
