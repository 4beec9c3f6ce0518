import Link

/// Small JSON texts for the session file's payload columns.
enum JSONText {
    /// A string as a JSON literal.
    static func string(_ text: String) -> String { JSONValue.string(text).text }

    /// A list of strings.
    static func list(_ texts: [String]) -> String {
        "[" + texts.map(string).joined(separator: ",") + "]"
    }

    /// An object of members that are JSON already.
    static func object(_ members: [(String, String)]) -> String {
        "{" + members.map { "\(string($0.0)):\($0.1)" }.joined(separator: ",") + "}"
    }
}
