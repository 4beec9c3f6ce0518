import Yams

/// The values of a mapping by their keys. Without a mapping each value is a stand-in.
struct MappingReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: DeclarationDecoder
    let mapping: Node.Mapping?

    var codingPath: [any CodingKey] { decoder.codingPath }

    var allKeys: [Key] {
        guard let mapping else { return [] }
        return mapping.compactMap { $0.key.scalar.flatMap { Key(stringValue: $0.string) } }
    }

    private func pair(_ key: Key) -> (key: Node, value: Node)? {
        decoder.note(key.stringValue)
        return mapping?.first { $0.key.scalar?.string == key.stringValue }
    }

    func contains(_ key: Key) -> Bool { pair(key) != nil }

    func decodeNil(forKey key: Key) throws -> Bool { pair(key)?.value.isNothing ?? true }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let name = key.stringValue
        guard let pair = pair(key) else {
            if mapping != nil {
                decoder.context.record(
                    decoder.place, decoder.path + [name],
                    "expected \(ScalarReader.expectation(type)), found no such key", unread: true)
            }
            return try decoder.below(nil, key: name).value(type)
        }
        let place = pair.value.isNothing ? Place(pair.key) : Place(pair.value)
        return try decoder.below(pair.value, key: name, place: place).value(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder.below(pair(key)?.value, key: key.stringValue).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder.below(pair(key)?.value, key: key.stringValue).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { decoder }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        decoder.below(pair(key)?.value, key: key.stringValue)
    }
}
