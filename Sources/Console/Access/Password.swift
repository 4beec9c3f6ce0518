import CSodium

/// Passwords' hashes: Argon2id with a salt of their own, as libsodium's `crypto_pwhash_str` writes them,
/// the parameters included, so that they can be raised later.
///
/// Each takes 64 MiB and some 0.1 s (`…_INTERACTIVE`, RFC 9106's second choice): never on a thread that
/// serves.
public enum Password {
    /// The hash of a password.
    /// - Throws: `ConsoleError` where there is not enough memory.
    public static func hash(_ password: String) throws(ConsoleError) -> String {
        try begin()
        var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
        let bytes = password.utf8.map { CChar(bitPattern: $0) }
        // The array is as long as libsodium asks for; the password's length is given.
        let status = unsafe crypto_pwhash_str(
            &text, bytes, UInt64(bytes.count), UInt64(crypto_pwhash_OPSLIMIT_INTERACTIVE),
            Int(crypto_pwhash_MEMLIMIT_INTERACTIVE))
        guard status == 0 else {
            throw ConsoleError(.memory, "There is not enough memory to hash a password (64 MiB).")
        }
        return String(
            decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether a password is the one of a hash; false for what is no hash.
    public static func fits(_ password: String, hash: String) -> Bool {
        guard (try? begin()) != nil else { return false }
        let bytes = password.utf8.map { CChar(bitPattern: $0) }
        // Swift ends the text with a zero; libsodium reads no further than its own length.
        return unsafe crypto_pwhash_str_verify(hash, bytes, UInt64(bytes.count)) == 0
    }

    private static func begin() throws(ConsoleError) {
        // May be called often, and from any thread (libsodium's documentation, "Usage").
        guard sodium_init() >= 0 else {
            throw ConsoleError(.memory, "libsodium cannot be used on this machine.")
        }
    }
}
