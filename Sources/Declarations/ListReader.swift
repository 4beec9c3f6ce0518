import Yams

/// The elements of a list, one after another.
struct ListReader: UnkeyedDecodingContainer {
    let decoder: DeclarationDecoder
    let nodes: [Node]
    private(set) var currentIndex = 0

    init(decoder: DeclarationDecoder, nodes: [Node]) {
        self.decoder = decoder
        self.nodes = nodes
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { nodes.count }
    var isAtEnd: Bool { currentIndex >= nodes.count }

    private mutating func next() -> DeclarationDecoder {
        guard !isAtEnd else {
            decoder.report(
                keys: [], message: "expected a longer list, found \(nodes.count) elements")
            return decoder.below(nil, key: String(currentIndex))
        }
        defer { currentIndex += 1 }
        return decoder.below(nodes[currentIndex], key: String(currentIndex))
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, nodes[currentIndex].isNothing else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try next().value(type)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { next() }
}

/// The one value at a place.
struct ValueReader: SingleValueDecodingContainer {
    let decoder: DeclarationDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.node?.isNothing ?? true }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try decoder.value(type)
    }
}
