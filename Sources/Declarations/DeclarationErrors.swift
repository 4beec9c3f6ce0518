/// All mistakes that were found in one reading, in the order of the file; at least one.
public struct DeclarationErrors: Error, Hashable, Sendable, CustomStringConvertible {
    public var errors: [DeclarationError]

    public init(_ errors: [DeclarationError]) {
        self.errors = errors.sorted {
            ($0.file, $0.line, $0.column, $0.keyPath) < ($1.file, $1.line, $1.column, $1.keyPath)
        }
    }

    /// One mistake a line.
    public var description: String {
        errors.map(\.description).joined(separator: "\n")
    }
}
