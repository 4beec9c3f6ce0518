import CDeflate

/// Compresses to zlib format (RFC 1950), reusing one compressor and one buffer.
///
/// Not thread-safe; its owner serialises the calls.
@safe final class Deflater {
    private let compressor: OpaquePointer
    private var buffer: [UInt8] = []

    /// - Parameter level: 1 (fast) to 12 (small), as libdeflate counts.
    init(level: Int32) throws(SessionStoreError) {
        guard let compressor = unsafe libdeflate_alloc_compressor(level) else {
            throw SessionStoreError(
                code: .other, message: "no memory for compressing samples; free some and retry")
        }
        unsafe self.compressor = compressor
    }

    deinit { unsafe libdeflate_free_compressor(compressor) }

    /// Compresses bytes and hands the result to `body`, where it is valid.
    func compress<Result>(
        _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(SessionStoreError) -> Result
    ) throws(SessionStoreError) -> Result {
        let bound = unsafe libdeflate_zlib_compress_bound(compressor, bytes.count)
        if buffer.count < bound { buffer = [UInt8](repeating: 0, count: bound) }
        // The two arrays stay in place within the closures, and libdeflate keeps to the lengths.
        let count = unsafe bytes.withUnsafeBytes { source in
            unsafe buffer.withUnsafeMutableBytes { target in
                unsafe libdeflate_zlib_compress(
                    compressor, source.baseAddress, source.count, target.baseAddress,
                    target.count)
            }
        }
        guard count > 0 else {
            throw SessionStoreError(code: .other, message: "samples could not be compressed")
        }
        return try unsafe buffer.withUnsafeBufferPointer {
            pointer throws(SessionStoreError) -> Result in
            try unsafe body(
                UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: pointer[0..<count])))
        }
    }
}
