import CSodium

/// Random secrets, as they stand in a link or a cookie, and their hashes, which are all that is kept.
public enum Secret {
    /// 32 random bytes as base64url without padding: 43 characters.
    public static func make() -> String { text(32) }

    /// A short random name, for a room or a set: 16 random bytes, 22 characters.
    public static func name() -> String { text(16) }

    /// The SHA-256 of a secret as hexadecimal digits.
    public static func hash(_ secret: String) -> String { hash(Array(secret.utf8)) }

    /// The SHA-256 of bytes as hexadecimal digits.
    public static func hash(_ bytes: [UInt8]) -> String { hexadecimal(digest(bytes)) }

    /// The SHA-256 of a text in base64, as a content security policy has it.
    public static func base64Hash(_ text: String) -> String {
        let digits = base64url(digest(Array(text.utf8)))
        let plain = digits.replacing("-", with: "+").replacing("_", with: "/")
        return plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
    }

    private static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
        // Both arrays are as long as is said; hashing cannot fail.
        unsafe crypto_hash_sha256(&digest, bytes, UInt64(bytes.count))
        return digest
    }

    public static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func text(_ count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return base64url(bytes)
    }

    private static func base64url(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var result = ""
        var pending: UInt32 = 0
        var bits = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                result.append(alphabet[Int(pending >> UInt32(bits)) & 63])
            }
            pending &= (1 << UInt32(bits)) - 1
        }
        if bits > 0 { result.append(alphabet[Int(pending << UInt32(6 - bits)) & 63]) }
        return result
    }
}
