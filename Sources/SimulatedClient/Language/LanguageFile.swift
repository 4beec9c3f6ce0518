import Declarations
import SystemCalls

/// Reads files of which there is one for each language.
enum LanguageFile {
    /// The file of a language, which must declare that language. Where there is none for a region, as in
    /// `en-GB`, that of the language is taken.
    static func load<Value: Decodable>(
        _ type: Value.Type, directory: String, language: String, what: String,
        declared: (Value) -> String
    ) throws(SimClientError) -> Value {
        // The name becomes part of a path, so it must be a plain one.
        let isPlain =
            !language.isEmpty && language.utf8.count <= 35
            && language.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        let base = language.split(separator: "-").first.map(String.init) ?? language
        let names = isPlain ? [language, base] : []
        guard let name = names.first(where: { FileSystem.exists("\(directory)/\($0).yaml") }) else {
            throw .language(wanted: language, what: what)
        }
        let path = "\(directory)/\(name).yaml"
        let value: Value
        do {
            value = try Declaration.load(type, path: path).value
        } catch {
            throw .file("\(error)")
        }
        guard declared(value) == name else {
            throw .language(wanted: language, what: what)
        }
        return value
    }
}
