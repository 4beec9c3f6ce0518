import CCrypto

/// What S3 calls a piece's tag: its MD5, wherever a store does not encrypt with keys of its own. It protects
/// from nothing and only tells pieces apart that were sent before; SHA-256 is what counts.
enum PartTag {
    /// 32 lowercase hexadecimal digits; nil where this machine's policy forbids MD5.
    static func md5(_ bytes: [UInt8]) -> String? {
        var digest = [UInt8](repeating: 0, count: 16)
        var count: UInt32 = 0
        // MD5 has the 16 bytes that are written.
        let result = unsafe bytes.withUnsafeBytes {
            unsafe EVP_Digest($0.baseAddress, $0.count, &digest, &count, EVP_md5(), nil)
        }
        guard result == 1, count == 16 else { return nil }
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }
}
