import CDeflate

/// Expands zlib format, reusing one decompressor and one buffer.
///
/// Not thread-safe; its owner serialises the calls.
@safe final class Inflater {
    private let decompressor: OpaquePointer
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    init() throws(SessionStoreError) {
        guard let decompressor = unsafe libdeflate_alloc_decompressor() else {
            throw SessionStoreError(
                code: .other, message: "no memory for reading samples; free some and retry")
        }
        unsafe self.decompressor = decompressor
    }

    deinit { unsafe libdeflate_free_decompressor(decompressor) }

    /// Expands bytes and hands the result to `body`, where it is valid.
    /// - Parameter most: bytes of the largest result.
    /// - Returns: nil where the bytes are not valid zlib format, or hold more.
    func expand<Result>(
        _ bytes: UnsafeRawBufferPointer, most: Int, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result? {
        while true {
            var count = 0
            // The array stays in place within the closure, and libdeflate keeps to the lengths.
            let result = unsafe buffer.withUnsafeMutableBytes { target in
                unsafe libdeflate_zlib_decompress(
                    decompressor, bytes.baseAddress, bytes.count, target.baseAddress,
                    target.count, &count)
            }
            switch result {
            case LIBDEFLATE_SUCCESS where count <= most:
                return unsafe buffer.withUnsafeBytes {
                    unsafe body(UnsafeRawBufferPointer(rebasing: $0[0..<count]))
                }
            case LIBDEFLATE_INSUFFICIENT_SPACE where buffer.count < most:
                buffer = [UInt8](repeating: 0, count: min(buffer.count * 4, most))
            default:
                return nil
            }
        }
    }
}
