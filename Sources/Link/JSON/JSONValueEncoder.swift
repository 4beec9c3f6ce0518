/// Encodes Codable types into a `JSONValue`, `rateHz` becoming `rate_hz`; members that are nil are
/// left out.
final class JSONValueEncoder: Encoder {
    /// What is being built; containers share it by reference.
    final class Node {
        var value: JSONValue?
        var members: [(String, Node)] = []
        var elements: [Node] = []
        var isObject = false
        var isArray = false

        var result: JSONValue {
            if let value { return value }
            if isObject {
                return .object(
                    Dictionary(
                        members.map { ($0.0, $0.1.result) }, uniquingKeysWith: { _, last in last }))
            }
            return isArray ? .array(elements.map(\.result)) : .object([:])
        }
    }

    let node: Node
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(node: Node = Node(), codingPath: [any CodingKey] = []) {
        self.node = node
        self.codingPath = codingPath
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        node.isObject = true
        return KeyedEncodingContainer(Keyed<Key>(node: node, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.isArray = true
        return Unkeyed(node: node, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        Single(node: node, codingPath: codingPath)
    }

    static func encode<Value: Encodable>(
        _ value: Value, into node: Node, at path: [any CodingKey]
    ) throws {
        switch value {
        case let value as JSONValue: node.value = value
        case let value as String: node.value = .string(value)
        case let value as Bool: node.value = .bool(value)
        case let value as Double: node.value = .real(value)
        case let value as Float: node.value = .real(Double(value))
        case let value as Int: node.value = .integer(Int64(value))
        case let value as any FixedWidthInteger & Encodable:
            guard let exact = Int64(exactly: value) else {
                throw EncodingError.invalidValue(
                    value, .init(codingPath: path, debugDescription: "an integer beyond 64 bits"))
            }
            node.value = .integer(exact)
        case let value as any StringKeyedEncodable:
            node.isObject = true
            for (name, element) in value.encodableMembers {
                let child = Node()
                node.members.append((name, child))
                try encode(element, into: child, at: path + [JSONKey(stringValue: name)])
            }
        default: try value.encode(to: JSONValueEncoder(node: node, codingPath: path))
        }
    }
}

extension JSONValueEncoder {
    struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let node: Node
        let codingPath: [any CodingKey]

        private func child(_ name: String) -> Node {
            let child = Node()
            node.members.append((WireName.of(name), child))
            return child
        }

        func encodeNil(forKey key: Key) { child(key.stringValue).value = .null }
        func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
            try JSONValueEncoder.encode(value, into: child(key.stringValue), at: codingPath + [key])
        }
        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) -> KeyedEncodingContainer<Nested> {
            JSONValueEncoder(node: child(key.stringValue), codingPath: codingPath + [key])
                .container(keyedBy: type)
        }
        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            JSONValueEncoder(node: child(key.stringValue), codingPath: codingPath + [key])
                .unkeyedContainer()
        }
        func superEncoder() -> any Encoder {
            JSONValueEncoder(node: child("super"), codingPath: codingPath)
        }
        func superEncoder(forKey key: Key) -> any Encoder {
            JSONValueEncoder(node: child(key.stringValue), codingPath: codingPath + [key])
        }
    }

    struct Unkeyed: UnkeyedEncodingContainer {
        let node: Node
        let codingPath: [any CodingKey]
        var count: Int { node.elements.count }

        private func child() -> Node {
            let child = Node()
            node.elements.append(child)
            return child
        }

        func encodeNil() { child().value = .null }
        func encode<Value: Encodable>(_ value: Value) throws {
            try JSONValueEncoder.encode(value, into: child(), at: codingPath)
        }
        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) -> KeyedEncodingContainer<Nested> {
            JSONValueEncoder(node: child(), codingPath: codingPath).container(keyedBy: type)
        }
        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
            JSONValueEncoder(node: child(), codingPath: codingPath).unkeyedContainer()
        }
        func superEncoder() -> any Encoder {
            JSONValueEncoder(node: child(), codingPath: codingPath)
        }
    }

    struct Single: SingleValueEncodingContainer {
        let node: Node
        let codingPath: [any CodingKey]

        func encodeNil() { node.value = .null }
        func encode<Value: Encodable>(_ value: Value) throws {
            try JSONValueEncoder.encode(value, into: node, at: codingPath)
        }
    }
}

extension JSONValue {
    /// Turns a Codable value into JSON, `rateHz` becoming `rate_hz` and nil being left out.
    public init<Value: Encodable>(encoding value: Value) throws(JSONMismatch) {
        let encoder = JSONValueEncoder()
        do {
            try JSONValueEncoder.encode(value, into: encoder.node, at: [])
        } catch {
            throw JSONMismatch(path: "", reason: "\(error)")
        }
        self = encoder.node.result
    }
}
