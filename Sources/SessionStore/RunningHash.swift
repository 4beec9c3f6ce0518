import CCrypto

/// One SHA-256 that is being made. OpenSSL's calls fail for want of memory alone, or where an administrator
/// took SHA-256 away: nothing could be finished then.
@safe public final class RunningHash {
    private let context: OpaquePointer
    /// OpenSSL would take itself down when the program ends, under the feet of a thread that finishes a file.
    private static let outlivesTheEnd = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil)

    /// Begins one, of no bytes.
    public init() {
        _ = Self.outlivesTheEnd
        guard let context = unsafe EVP_MD_CTX_new(),
            unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
        else { fatalError("OpenSSL has no SHA-256 on this machine.") }
        unsafe self.context = unsafe context
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    /// Adds bytes to those before.
    public func add(_ bytes: ArraySlice<UInt8>) {
        let result = unsafe bytes.withUnsafeBytes {
            unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count)
        }
        precondition(result == 1, "OpenSSL cannot make a SHA-256.")
    }

    /// The SHA-256 as 64 lowercase hexadecimal digits; nothing can be added any more.
    public func end() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        // The digest has the 32 bytes that the function writes.
        let result = unsafe EVP_DigestFinal_ex(context, &digest, nil)
        precondition(result == 1, "OpenSSL cannot make a SHA-256.")
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }
}
