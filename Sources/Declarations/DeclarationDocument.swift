import Yams

/// A parsed declaration file: can be decoded, and asked where its keys stand.
public struct DeclarationDocument {
    /// The name that errors show.
    public let file: String
    /// The text as it was read.
    public let text: String
    let root: Node

    /// Reads and parses a file.
    public init(path: String) throws(DeclarationErrors) {
        try self.init(text: DeclarationText.read(path), file: path)
    }

    /// Parses bytes, which must be UTF-8.
    public init(bytes: [UInt8], file: String) throws(DeclarationErrors) {
        try self.init(text: DeclarationText.text(bytes, file: file), file: file)
    }

    /// Parses a text.
    public init(text: String, file: String) throws(DeclarationErrors) {
        self.file = file
        self.text = text
        func failure(_ place: (line: Int, column: Int), _ message: String) -> DeclarationErrors {
            DeclarationErrors([
                DeclarationError(
                    file: file, line: place.line, column: place.column, keyPath: "",
                    message: message)
            ])
        }
        guard text.utf8.count <= DeclarationText.maximumSize else {
            throw failure(
                (1, 1), "expected at most \(DeclarationText.maximumSize) bytes, found more")
        }
        if let place = DeclarationText.excessAlias(text) {
            throw failure(
                place,
                "expected at most \(DeclarationText.maximumAliases) aliases (*name), found more")
        }
        do {
            guard let node = try Parser(yaml: text, encoding: .utf8).singleRoot() else {
                throw failure((1, 1), "expected keys with values, found an empty file")
            }
            root = node
        } catch let error as YamlError {
            let (place, message) = Self.describe(error, in: text)
            throw failure(place, message)
        } catch let error as DeclarationErrors {
            throw error
        } catch {
            throw failure((1, 1), "\(error)")
        }
    }

    /// Reads the document into a type; see `Declaration.load`.
    public func decode<Value: Decodable>(
        _ type: Value.Type = Value.self
    ) throws(DeclarationErrors) -> Value {
        let context = DeclarationContext(file: file)
        let decoder = DeclarationDecoder(
            node: root, place: Place(root), path: [], context: context)
        do {
            let value: Value = try decoder.value(type)
            guard context.errors.isEmpty else { throw DeclarationErrors(context.errors) }
            return value
        } catch {
            throw DeclarationErrors(context.errors)
        }
    }

    /// The text at these keys (elements by their index as text), whatever else stands in the document; nil where
    /// there is none. For who wants one thing of a file that somebody else checks.
    public func text(at keys: [String]) -> String? {
        guard let node = root.value(at: keys), case .scalar(let scalar) = node, !node.isNothing
        else { return nil }
        return scalar.string
    }

    /// An error at the value of these keys (elements by their index as text). Keys that are not in
    /// the document give the nearest place around them. For checks that need more than the file.
    public func error(at keys: [String], _ message: String) -> DeclarationError {
        let place = root.place(of: keys, fallback: Place(root))
        return DeclarationError(
            file: file, line: place.line, column: place.column, keyPath: keyPath(keys),
            message: message)
    }

    /// The place and wording of a syntax error.
    private static func describe(
        _ error: YamlError, in text: String
    ) -> (place: (line: Int, column: Int), message: String) {
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let place = (mark.line, mark.column)
            if hasTab(text, line: mark.line) {
                return (place, "expected spaces for indentation, found a tab")
            }
            let around = context.map { " (\($0.text) at \($0.mark.line):\($0.mark.column))" } ?? ""
            return (place, "this is not YAML: \(problem)\(around)")
        case .reader(let problem, let offset, _, _):
            let before = text.prefix(offset ?? 0)
            let line = before.count(where: \.isNewline) + 1
            let start = before.lastIndex(where: \.isNewline).map { before.index(after: $0) }
            let column = before[(start ?? before.startIndex)...].unicodeScalars.count + 1
            return ((line, column), "this is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "'\($0)'" }.joined(separator: ", ")
            return (
                (max(1, context.mark.line), max(1, context.mark.column)),
                "expected each key once, found \(names) more than once in the same mapping"
            )
        case .memory:
            return ((1, 1), "this is nested too deeply")
        default:
            return ((1, 1), "this is not YAML: \(error)")
        }
    }

    /// Whether the spaces at a line's beginning hold a tab.
    private static func hasTab(_ text: String, line: Int) -> Bool {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(line - 1) else { return false }
        return lines[line - 1].prefix { $0 == " " || $0 == "\t" }.contains("\t")
    }
}

/// The written form of a key path: `streams[0].rate`.
func keyPath(_ keys: [String]) -> String {
    var path = ""
    for key in keys {
        if !key.isEmpty, key.utf8.allSatisfy({ (48...57).contains($0) }) {
            path += "[\(key)]"
        } else {
            path += path.isEmpty ? key : ".\(key)"
        }
    }
    return path
}
