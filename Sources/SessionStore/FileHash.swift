import CSodium
import Glibc
import SystemCalls

/// SHA-256 of whole files and of texts.
public enum FileHash {
    /// The file's SHA-256 as 64 lowercase hexadecimal digits, read piece by piece.
    public static func sha256(_ path: String) throws(SessionStoreError) -> String {
        do {
            return try hash(path)
        } catch {
            throw .system(error, path: path)
        }
    }

    private static func hash(_ path: String) throws(SystemError) -> String {
        let file = try FileDescriptor(opening: path, flags: O_RDONLY)
        var state = crypto_hash_sha256_state()
        unsafe crypto_hash_sha256_init(&state)
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = try systemCall("read", path) {
                unsafe buffer.withUnsafeMutableBytes {
                    unsafe Glibc.read(file.number, $0.baseAddress, $0.count)
                }
            }
            if count == 0 { break }
            // `count` is at most the buffer's length.
            unsafe crypto_hash_sha256_update(&state, buffer, UInt64(count))
        }
        var digest = [UInt8](repeating: 0, count: 32)
        unsafe crypto_hash_sha256_final(&state, &digest)
        return hexadecimal(digest)
    }

    private static func hexadecimal(_ digest: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }

    /// The SHA-256 of a text in UTF-8, as 64 lowercase hexadecimal digits.
    public static func sha256(of text: String) -> String {
        let bytes = Array(text.utf8)
        var digest = [UInt8](repeating: 0, count: 32)
        // The digest has the 32 bytes that the function writes.
        unsafe crypto_hash_sha256(&digest, bytes, UInt64(bytes.count))
        return hexadecimal(digest)
    }
}
