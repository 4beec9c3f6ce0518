import Foundation

/// The JSON of a place: names with underscores, the same bytes for the same content.
enum PlaceJSON {
    /// Bytes of a manifest or ledger; a longer one is none of ours.
    static let most = 16 << 20

    static func write(_ value: some Encodable) throws(StationsError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        do {
            return Array(try encoder.encode(value)) + [0x0A]
        } catch {
            throw StationsError(.local, "it cannot be written as JSON", cause: "\(error)")
        }
    }

    /// - Parameter key: what it was read from, for the error.
    static func read<Value: Decodable>(
        _ type: Value.Type, _ bytes: [UInt8], key: String
    ) throws(StationsError) -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch {
            throw StationsError(
                .strange, "\(key) is not as Attune writes it", cause: "its JSON does not fit")
        }
    }
}
