/// An interface in Varlink's own language, parsed so far that calls can be checked against it.
///
/// Source of the grammar: https://varlink.org/Interface-Definition
public struct InterfaceDescription: Hashable, Sendable {
    /// The interface's name, such as `io.attune.Control`.
    public let name: String
    /// The description as it was written, comments included.
    public let text: String
    /// Named types.
    public let types: [String: InterfaceType]
    /// Methods, by their short names.
    public let methods: [String: Method]
    /// Parameters of the errors, by their short names.
    public let errors: [String: InterfaceType]

    /// What goes into a method and what comes out.
    public struct Method: Hashable, Sendable {
        public let parameters: InterfaceType
        public let reply: InterfaceType
    }

    /// Parses a description.
    public init(_ text: String) throws(InterfaceSyntaxError) {
        var parser = InterfaceParser(text)
        let parsed = try parser.parse()
        self.text = text
        name = parsed.name
        types = parsed.types
        methods = parsed.methods
        errors = parsed.errors
    }

    init(
        name: String, types: [String: InterfaceType], methods: [String: Method],
        errors: [String: InterfaceType]
    ) {
        self.name = name
        self.text = ""
        self.types = types
        self.methods = methods
        self.errors = errors
    }

    /// Finds the first place where a value is not of a type of this interface.
    /// - Returns: nil where all is well.
    public func mismatch(of value: JSONValue, with type: InterfaceType, at path: String = "")
        -> JSONMismatch?
    {
        func wrong(_ expected: String) -> JSONMismatch {
            JSONMismatch(path: path, reason: "\(expected) is expected, not \(value.kind)")
        }
        switch (type, value) {
        case (.object, .object), (.bool, .bool), (.int, .integer), (.float, .integer),
            (.float, .real), (.string, .string), (.optional, .null):
            return nil
        case (.optional(let inner), _): return mismatch(of: value, with: inner, at: path)
        case (.named(let name), _):
            guard let type = types[name] else {
                return JSONMismatch(path: path, reason: "the interface lacks the type \(name)")
            }
            return mismatch(of: value, with: type, at: path)
        case (.enumeration(let names), .string(let found)):
            if names.contains(found) { return nil }
            return JSONMismatch(
                path: path, reason: "one of \(names.joined(separator: ", ")) is expected")
        case (.array(let element), .array(let values)):
            for (index, value) in values.enumerated() {
                if let found = mismatch(of: value, with: element, at: "\(path)[\(index)]") {
                    return found
                }
            }
            return nil
        case (.dictionary(let element), .object(let members)):
            for (key, value) in members.sorted(by: { $0.key < $1.key }) {
                if let found = mismatch(of: value, with: element, at: "\(path)[\(key)]") {
                    return found
                }
            }
            return nil
        case (.structure(let fields), .object(let members)):
            return mismatch(of: members, with: fields, at: path)
        case (.structure, _), (.dictionary, _): return wrong("an object")
        case (.array, _): return wrong("an array")
        case (.object, _): return wrong("an object")
        case (.bool, _): return wrong("a truth value")
        case (.int, _): return wrong("an integer")
        case (.float, _): return wrong("a number")
        case (.string, _), (.enumeration, _): return wrong("a string")
        }
    }

    private func mismatch(
        of members: [String: JSONValue], with fields: [InterfaceType.Field], at path: String
    ) -> JSONMismatch? {
        let prefix = path.isEmpty ? "" : path + "."
        var known = 0
        for field in fields {
            guard let value = members[field.name] else {
                if case .optional = field.type { continue }
                return JSONMismatch(path: prefix + field.name, reason: "it is missing")
            }
            known += 1
            if let found = mismatch(of: value, with: field.type, at: prefix + field.name) {
                return found
            }
        }
        if known == members.count { return nil }
        let names = Set(fields.map(\.name))
        let unknown = members.keys.filter { !names.contains($0) }.min() ?? ""
        return JSONMismatch(
            path: prefix + unknown, reason: "the interface does not know this field")
    }
}
