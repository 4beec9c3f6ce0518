/// Decodes Codable types from a `JSONValue`; what does not fit throws `DecodingError` with the path
/// in the interface's spelling.
struct JSONValueDecoder: Decoder {
    let value: JSONValue
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = value else { throw mismatch("an object") }
        return KeyedDecodingContainer(Keyed<Key>(members: members, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = value else { throw mismatch("an array") }
        return Unkeyed(elements: elements, codingPath: codingPath)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        Single(decoder: self)
    }

    func mismatch(_ expected: String) -> DecodingError {
        .typeMismatch(
            JSONValue.self,
            .init(
                codingPath: codingPath,
                debugDescription: "\(expected) is expected, not \(value.kind)"))
    }

    func decodeBool() throws -> Bool {
        guard case .bool(let value) = value else { throw mismatch("a truth value") }
        return value
    }

    func decodeString() throws -> String {
        guard case .string(let value) = value else { throw mismatch("a string") }
        return value
    }

    func decodeDouble() throws -> Double {
        switch value {
        case .real(let value): return value
        case .integer(let value): return Double(value)
        default: throw mismatch("a number")
        }
    }

    func decodeInteger<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
        guard case .integer(let value) = value else { throw mismatch("an integer") }
        guard let number = Number(exactly: value) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: codingPath, debugDescription: "\(value) is out of range"))
        }
        return number
    }

    func decodeAny<Value: Decodable>(_ type: Value.Type) throws -> Value {
        // A JSONValue is taken as it is: its keys are the sender's own.
        if let value = value as? Value { return value }
        if let dictionary = type as? any StringKeyedDecodable.Type {
            guard case .object(let members) = value else { throw mismatch("an object") }
            let path = codingPath
            let decoded = try dictionary.decode(members: members) { name, value in
                JSONValueDecoder(
                    value: value, codingPath: path + [JSONKey(stringValue: name)])
            }
            if let decoded = decoded as? Value { return decoded }
        }
        return try Value(from: self)
    }
}

extension JSONValueDecoder {
    struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let members: [String: JSONValue]
        let codingPath: [any CodingKey]

        /// The case of an enum is found here by its key, so that names of several words have to be
        /// those of the program.
        var allKeys: [Key] {
            members.keys.compactMap {
                Key(stringValue: WireName.program($0)) ?? Key(stringValue: $0)
            }
        }

        func contains(_ key: Key) -> Bool { members[WireName.of(key.stringValue)] != nil }

        private func decoder(_ key: Key) throws -> JSONValueDecoder {
            let name = WireName.of(key.stringValue)
            guard let value = members[name] else {
                throw DecodingError.keyNotFound(
                    JSONKey(stringValue: name),
                    .init(
                        codingPath: codingPath + [JSONKey(stringValue: name)],
                        debugDescription: "it is missing"))
            }
            return JSONValueDecoder(
                value: value, codingPath: codingPath + [JSONKey(stringValue: name)])
        }

        func decodeNil(forKey key: Key) throws -> Bool { try decoder(key).value == .null }
        func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
            try decoder(key).decodeBool()
        }
        func decode(_ type: String.Type, forKey key: Key) throws -> String {
            try decoder(key).decodeString()
        }
        func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
            try decoder(key).decodeDouble()
        }
        func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
            try decoder(key).decodeInteger(type)
        }
        func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
            try decoder(key).decodeInteger(type)
        }
        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            try decoder(key).decodeAny(type)
        }
        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> { try decoder(key).container(keyedBy: type) }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try decoder(key).unkeyedContainer()
        }
        func superDecoder() throws -> any Decoder {
            JSONValueDecoder(value: .object(members), codingPath: codingPath)
        }
        func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }
    }

    struct Unkeyed: UnkeyedDecodingContainer {
        let elements: [JSONValue]
        let codingPath: [any CodingKey]
        private(set) var currentIndex = 0

        init(elements: [JSONValue], codingPath: [any CodingKey]) {
            self.elements = elements
            self.codingPath = codingPath
        }

        var count: Int? { elements.count }
        var isAtEnd: Bool { currentIndex >= elements.count }

        private mutating func next() throws -> JSONValueDecoder {
            let path = codingPath + [JSONKey(index: currentIndex)]
            guard currentIndex < elements.count else {
                throw DecodingError.valueNotFound(
                    JSONValue.self, .init(codingPath: path, debugDescription: "it is missing"))
            }
            defer { currentIndex += 1 }
            return JSONValueDecoder(value: elements[currentIndex], codingPath: path)
        }

        mutating func decodeNil() throws -> Bool {
            guard !isAtEnd, elements[currentIndex] == .null else { return false }
            currentIndex += 1
            return true
        }
        mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try next().decodeAny(type)
        }
        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) throws -> KeyedDecodingContainer<Nested> { try next().container(keyedBy: type) }
        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
            try next().unkeyedContainer()
        }
        mutating func superDecoder() throws -> any Decoder { try next() }
    }

    struct Single: SingleValueDecodingContainer {
        let decoder: JSONValueDecoder
        var codingPath: [any CodingKey] { decoder.codingPath }

        func decodeNil() -> Bool { decoder.value == .null }
        func decode(_ type: Bool.Type) throws -> Bool { try decoder.decodeBool() }
        func decode(_ type: String.Type) throws -> String { try decoder.decodeString() }
        func decode(_ type: Double.Type) throws -> Double { try decoder.decodeDouble() }
        func decode(_ type: Float.Type) throws -> Float { Float(try decoder.decodeDouble()) }
        func decode(_ type: Int.Type) throws -> Int { try decoder.decodeInteger(type) }
        func decode(_ type: Int8.Type) throws -> Int8 { try decoder.decodeInteger(type) }
        func decode(_ type: Int16.Type) throws -> Int16 { try decoder.decodeInteger(type) }
        func decode(_ type: Int32.Type) throws -> Int32 { try decoder.decodeInteger(type) }
        func decode(_ type: Int64.Type) throws -> Int64 { try decoder.decodeInteger(type) }
        func decode(_ type: UInt.Type) throws -> UInt { try decoder.decodeInteger(type) }
        func decode(_ type: UInt8.Type) throws -> UInt8 { try decoder.decodeInteger(type) }
        func decode(_ type: UInt16.Type) throws -> UInt16 { try decoder.decodeInteger(type) }
        func decode(_ type: UInt32.Type) throws -> UInt32 { try decoder.decodeInteger(type) }
        func decode(_ type: UInt64.Type) throws -> UInt64 { try decoder.decodeInteger(type) }
        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try decoder.decodeAny(type)
        }
    }
}

extension JSONValue {
    /// Turns this value into a Codable type, `rate_hz` becoming `rateHz`.
    public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws(JSONMismatch)
        -> Value
    {
        do {
            return try JSONValueDecoder(value: self, codingPath: []).decodeAny(type)
        } catch let error as DecodingError {
            throw JSONMismatch(error)
        } catch {
            throw JSONMismatch(path: "", reason: "\(error)")
        }
    }
}
