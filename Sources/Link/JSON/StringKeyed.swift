/// Dictionaries go through as they are: their keys are names from outside (factors, tiers), not
/// fields, and are spelt the same on both sides.
protocol StringKeyedEncodable {
    var encodableMembers: [String: any Encodable] { get }
}

/// See `StringKeyedEncodable`.
protocol StringKeyedDecodable {
    /// Makes the dictionary, each element by the decoder that is made for it.
    static func decode(
        members: [String: JSONValue], with decoder: (String, JSONValue) -> JSONValueDecoder
    ) throws -> Self
}

extension Dictionary: StringKeyedEncodable where Key == String, Value: Encodable {
    var encodableMembers: [String: any Encodable] { mapValues { $0 } }
}

extension Dictionary: StringKeyedDecodable where Key == String, Value: Decodable {
    static func decode(
        members: [String: JSONValue], with decoder: (String, JSONValue) -> JSONValueDecoder
    ) throws -> [String: Value] {
        var result: [String: Value] = [:]
        for (name, value) in members {
            result[name] = try decoder(name, value).decodeAny(Value.self)
        }
        return result
    }
}
