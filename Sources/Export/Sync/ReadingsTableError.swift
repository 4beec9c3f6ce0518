/// What is wrong with a table of readings, and where.
public struct ReadingsTableError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of mistake it is, for programs that decide on it.
    public enum Code: Hashable, Sendable {
        /// The file cannot be read or written.
        case inputOutput
        /// The header does not name the columns.
        case header
        /// A row has too few or too many fields, or quotes that do not close.
        case row
        /// A field is no number, or none where there must be one.
        case number
        /// The table has no rows.
        case empty
        /// An option or a path that cannot be taken.
        case option
    }

    public var code: Code
    /// The file's name as it was given; empty for a mistake that lies in no file.
    public var path: String
    /// Counted from 1, the header included; nil where the mistake is not in one line.
    public var line: Int?
    /// The column's name; nil where it is not in one column.
    public var column: String?
    /// What is wrong, and what to do about it.
    public var message: String

    init(
        _ code: Code, _ message: String, path: String = "", line: Int? = nil, column: String? = nil
    ) {
        self.code = code
        self.path = path
        self.line = line
        self.column = column
        self.message = message
    }

    /// As `file:line: column: what is wrong`.
    public var description: String {
        var text = path
        if let line { text += ":\(line)" }
        if !text.isEmpty { text += ": " }
        if let column { text += "\(column): " }
        return text + message
    }
}
