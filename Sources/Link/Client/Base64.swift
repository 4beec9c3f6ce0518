import FoundationEssentials

/// Numbers as a link carries them: little-endian, in base64 (RFC 4648).
public enum Base64 {
    /// Bytes as text.
    public static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    /// Text as bytes; nil where it is no base64.
    public static func decode(_ text: String) -> [UInt8]? {
        Data(base64Encoded: text).map { Array($0) }
    }

    /// Doubles as text.
    public static func encode(doubles: [Double]) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(doubles.count * 8)
        for value in doubles {
            for shift in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(shift)))
            }
        }
        return encode(bytes)
    }

    /// Text as doubles; nil where it is no base64 of a whole number of them.
    public static func decodeDoubles(_ text: String) -> [Double]? {
        guard let bytes = decode(text), bytes.count % 8 == 0 else { return nil }
        return stride(from: 0, to: bytes.count, by: 8).map { start in
            var pattern: UInt64 = 0
            for index in (0..<8).reversed() {
                pattern = pattern << 8 | UInt64(bytes[start + index])
            }
            return Double(bitPattern: pattern)
        }
    }
}
