import Glibc

extension UnsafeBufferPointer<UInt8> {
    /// Whether a byte stands anywhere in it.
    func holds(_ byte: UInt8) -> Bool {
        guard let address = baseAddress else { return false }
        // memchr stays within the bytes that the buffer holds.
        return unsafe memchr(address, Int32(byte), count) != nil
    }
}
