import Link

/// Checks a value against the part of JSON Schema that requests use: `type`, `enum`, `const`,
/// `properties`, `required`, `additionalProperties: false`, `items`, `minItems`, `maxItems`,
/// `minimum`, `maximum`, `minLength`, `maxLength` and `anyOf`. Other words are not looked at.
enum SchemaCheck {
    /// What is wrong first, with its place; nil where the value fits.
    static func problem(
        of value: JSONValue, schema: JSONValue, at path: String = "", depth: Int = 0
    ) -> String? {
        guard depth < 64, case .object = schema else { return nil }
        let place = path.isEmpty ? "the answer" : "'\(path)'"
        if let choices = schema["anyOf"]?.array, !choices.isEmpty {
            let fits = choices.contains {
                problem(of: value, schema: $0, at: path, depth: depth + 1) == nil
            }
            if !fits { return "\(place) fits none of the allowed forms" }
        }
        if let constant = schema["const"], constant != value {
            return "\(place) is not \(constant.text)"
        }
        if let allowed = schema["enum"]?.array, !allowed.contains(where: { same($0, value) }) {
            return "\(place) is none of \(allowed.map(\.text).joined(separator: ", "))"
        }
        let types =
            schema["type"]?.string.map { [$0] } ?? schema["type"]?.array?.compactMap(\.string)
        if let types, !types.contains(where: { isType($0, value) }) {
            return "\(place) is \(value.kind), not \(types.joined(separator: " or "))"
        }
        switch value {
        case .object(let members):
            return problem(of: members, schema: schema, at: path, place: place, depth: depth)
        case .array(let elements):
            if let least = schema["minItems"]?.integer, elements.count < least {
                return "\(place) has \(elements.count) elements, not at least \(least)"
            }
            if let most = schema["maxItems"]?.integer, elements.count > most {
                return "\(place) has \(elements.count) elements, not at most \(most)"
            }
            guard let items = schema["items"] else { return nil }
            for (index, element) in elements.enumerated() {
                if let problem = problem(
                    of: element, schema: items, at: "\(path)[\(index)]", depth: depth + 1)
                {
                    return problem
                }
            }
            return nil
        case .integer, .real:
            guard let amount = number(value) else { return nil }
            if let least = number(schema["minimum"]), amount < least {
                return "\(place) is \(value.text), less than \(least)"
            }
            if let most = number(schema["maximum"]), amount > most {
                return "\(place) is \(value.text), more than \(most)"
            }
            return nil
        case .string(let text):
            if let least = schema["minLength"]?.integer, text.unicodeScalars.count < least {
                return "\(place) is shorter than \(least) characters"
            }
            if let most = schema["maxLength"]?.integer, text.unicodeScalars.count > most {
                return "\(place) is longer than \(most) characters"
            }
            return nil
        default: return nil
        }
    }

    private static func problem(
        of members: [String: JSONValue], schema: JSONValue, at path: String, place: String,
        depth: Int
    ) -> String? {
        for name in schema["required"]?.array?.compactMap(\.string) ?? []
        where members[name] == nil {
            return "\(place) has no '\(name)'"
        }
        let properties: [String: JSONValue]
        if case .object(let named)? = schema["properties"] {
            properties = named
        } else {
            properties = [:]
        }
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            let below = path.isEmpty ? name : "\(path).\(name)"
            if let schema = properties[name] {
                if let problem = problem(of: member, schema: schema, at: below, depth: depth + 1) {
                    return problem
                }
            } else if schema["additionalProperties"] == .bool(false) {
                return "\(place) has an unexpected '\(name)'"
            }
        }
        return nil
    }

    private static func isType(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("integer", .integer), ("number", .integer),
            ("number", .real), ("string", .string), ("array", .array), ("object", .object):
            true
        case ("integer", .real(let real)): real == real.rounded()
        default: false
        }
    }

    private static func number(_ value: JSONValue?) -> Double? {
        switch value {
        case .integer(let integer): Double(integer)
        case .real(let real): real
        default: nil
        }
    }

    private static func same(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if let left = number(left), let right = number(right) { return left == right }
        return left == right
    }
}
