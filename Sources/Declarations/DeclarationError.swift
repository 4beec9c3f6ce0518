/// A mistake in a declaration file, with its place.
///
/// Prints as `file:line:column: key.path: what was expected, what was found`.
public struct DeclarationError: Error, Hashable, Sendable, CustomStringConvertible {
    public var file: String
    /// From 1.
    public var line: Int
    /// From 1, counted in Unicode scalars.
    public var column: Int
    /// The way to the value, such as `streams[0].rate`; empty for the whole file.
    public var keyPath: String
    /// What was expected, and what was found.
    public var message: String

    public init(file: String, line: Int, column: Int, keyPath: String, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.keyPath = keyPath
        self.message = message
    }

    public var description: String {
        let place = "\(file):\(line):\(column): "
        return keyPath.isEmpty ? place + message : "\(place)\(keyPath): \(message)"
    }
}
