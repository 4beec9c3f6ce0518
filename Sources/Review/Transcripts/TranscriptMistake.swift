/// What is wrong with a transcript's file, and where.
public struct TranscriptMistake: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1; nil where it is about the file as a whole.
    public var line: Int?
    public var message: String

    public init(_ line: Int?, _ message: String) {
        self.line = line
        self.message = message
    }

    public var description: String { line.map { "line \($0): \(message)" } ?? message }
}
