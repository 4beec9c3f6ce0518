import CZlib
import Glibc
import SystemCalls

/// A compressed file as one gzip member without name or time, so that the same bytes give the same file.
///
/// One member, since readers of the web's kind (the BIDS validator) refuse what follows the first.
@safe final class GzipSink: ByteSink {
    private let file: FileSink
    private let path: String
    /// Owned by this object, as `room`: the library keeps its address.
    private let stream: UnsafeMutablePointer<z_stream>
    private let room: UnsafeMutablePointer<UInt8>
    private static let size = 1 << 16

    /// Creates the file, which must not be there.
    init(_ path: String) throws(SystemError) {
        self.path = path
        file = try FileSink(path)
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        unsafe room = .allocate(capacity: Self.size)
        // 15 bits of window, and 16 for gzip's header; a fast level, since numbers shrink well with any.
        let result = unsafe deflateInit2_(
            stream, 4, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard result == Z_OK else {
            throw SystemError(code: ENOMEM, call: "deflateInit", subject: path)
        }
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
        unsafe room.deallocate()
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        guard let start = bytes.baseAddress else { return }
        // The library only reads them.
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
            mutating: start.assumingMemoryBound(to: UInt8.self))
        unsafe stream.pointee.avail_in = UInt32(bytes.count)
        try deflate(Z_NO_FLUSH)
        unsafe stream.pointee.next_in = nil
    }

    func close() throws(SystemError) {
        try deflate(Z_FINISH)
        try file.close()
    }

    /// Compresses what waits, until the library asks for more or, at the end, has no more.
    private func deflate(_ flush: Int32) throws(SystemError) {
        while true {
            // The library writes at most `size` bytes there.
            unsafe stream.pointee.next_out = room
            unsafe stream.pointee.avail_out = UInt32(Self.size)
            let result = unsafe CZlib.deflate(stream, flush)
            guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else {
                throw SystemError(code: EIO, call: "deflate", subject: path)
            }
            let left = unsafe Int(stream.pointee.avail_out)
            try unsafe file.write(UnsafeRawBufferPointer(start: room, count: Self.size - left))
            if left > 0 || result == Z_STREAM_END { return }
        }
    }
}
