/// Reads YAML files into types, and says exactly where a file is wrong.
public enum Declaration {
    /// Reads a file.
    ///
    /// - Returns: the value, and the text it was read from.
    /// - Throws: every mistake found. Unknown keys are mistakes. Type errors do not end the
    ///   reading: it goes on with stand-in values so that other mistakes are found too.
    public static func load<Value: Decodable>(
        _ type: Value.Type = Value.self, path: String
    ) throws(DeclarationErrors) -> (value: Value, text: String) {
        let document = try DeclarationDocument(path: path)
        return (try document.decode(type), document.text)
    }

    /// Reads a text; `file` is the name that errors show.
    public static func decode<Value: Decodable>(
        _ type: Value.Type = Value.self, from text: String, file: String
    ) throws(DeclarationErrors) -> Value {
        try DeclarationDocument(text: text, file: file).decode(type)
    }
}
