import CArchive

/// Expands a gzipped file from its beginning, piece by piece, through libarchive.
///
/// Used by one thread.
@safe final class GzipReader {
    /// Owned by this object, and freed once.
    private let archive: OpaquePointer
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private let path: String

    init(_ path: String) throws(ImportError) {
        self.path = path
        guard let archive = unsafe archive_read_new() else {
            throw ImportError(.inputOutput, "\(path): there is no memory for reading it")
        }
        unsafe self.archive = archive
        unsafe archive_read_support_filter_gzip(archive)
        unsafe archive_read_support_format_raw(archive)
        var entry: OpaquePointer?
        // The library keeps a copy of the path, and the entry's address is not used.
        guard unsafe archive_read_open_filename(archive, path, 1 << 16) == ARCHIVE_OK,
            unsafe archive_read_next_header(archive, &entry) >= ARCHIVE_WARN
        else {
            throw ImportError(.format, "\(path) cannot be unpacked", cause: reason)
        }
    }

    deinit { unsafe archive_read_free(archive) }

    /// The next bytes; empty at the end.
    /// - Throws: where the file is damaged or ends too early. What was handed out before is right.
    func next() throws(ImportError) -> [UInt8] {
        // At most as many bytes as the buffer has.
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe archive_read_data(archive, $0.baseAddress, $0.count)
        }
        guard count >= 0 else {
            throw ImportError(.format, "\(path) is damaged or cut off", cause: reason)
        }
        return Array(buffer[..<count])
    }

    private var reason: String? {
        // Valid until the next call on the archive; copied at once.
        unsafe archive_error_string(archive).map { unsafe String(cString: $0) }
    }
}
