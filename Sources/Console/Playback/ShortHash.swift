/// A short text that differs where bytes differ; for tags of answers, not against forgery.
///
/// FNV-1a of 64 bits (Fowler, Noll and Vo).
enum ShortHash {
    static func text(_ bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(hash, radix: 36)
    }
}
