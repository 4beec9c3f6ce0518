import CArchive
import Export
import Glibc

/// Files as one ZIP archive that is made while it is read, a piece at a time: no copy lies on the disk, and
/// memory does not grow with the files. libarchive writes it, with ZIP64 where files or offsets need it.
///
/// `@safe`, `@unchecked Sendable`: libarchive's object is this object's own, and used by one thread at a time.
@safe final class ZipStream: @unchecked Sendable {
    /// A file that is to be packed.
    struct Entry: Hashable, Sendable {
        /// In the archive, with slashes.
        var name: String
        /// On the disk.
        var path: String
    }

    /// What libarchive has written and nobody has taken yet.
    private final class Sink {
        var bytes: [UInt8] = []
    }

    /// Ends of names of files that are packed already.
    private static let packed = [".gz", ".zsav", ".parquet", ".mat", ".zip"]

    private let archive: OpaquePointer
    private let sink = Sink()
    private var waiting: ArraySlice<Entry>
    private var open: RegularFile?
    private var isWhole = false

    /// - Throws: where libarchive refuses.
    init(_ entries: [Entry]) throws {
        waiting = entries[...]
        guard let archive = unsafe archive_write_new() else {
            throw ConsoleError(.memory, "There is no memory for the archive.")
        }
        unsafe self.archive = unsafe archive
        try check(unsafe archive_write_set_format_zip(archive))
        try check(unsafe archive_write_set_options(archive, "zip:hdrcharset=UTF-8"))
        // Nothing is held back to fill blocks, and the last is not filled up.
        try check(unsafe archive_write_set_bytes_per_block(archive, 0))
        try check(unsafe archive_write_set_bytes_in_last_block(archive, 1))
        // The sink lives as long as this, which frees the archive.
        let place = unsafe Unmanaged.passUnretained(sink).toOpaque()
        try check(
            unsafe archive_write_open(
                archive, place, nil,
                { _, place, bytes, count in
                    guard let place = unsafe place, let bytes = unsafe bytes else { return -1 }
                    let sink = unsafe Unmanaged<Sink>.fromOpaque(place).takeUnretainedValue()
                    unsafe sink.bytes.append(
                        contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
                    return la_ssize_t(count)
                }, nil))
    }

    deinit { unsafe archive_write_free(archive) }

    /// The next piece of the archive; nil after the last. Waits for the disk.
    /// - Throws: where a file cannot be read as it is listed; then the archive must not look whole.
    func next() throws -> [UInt8]? {
        while sink.bytes.isEmpty, !isWhole { try step() }
        guard !sink.bytes.isEmpty else { return nil }
        defer { sink.bytes.removeAll(keepingCapacity: true) }
        return sink.bytes
    }

    private func step() throws {
        guard let file = open else {
            guard let entry = waiting.popFirst() else {
                isWhole = true
                return try check(unsafe archive_write_close(archive))
            }
            return try begin(entry)
        }
        guard let bytes = try file.next() else {
            open = nil
            return try check(unsafe archive_write_finish_entry(archive))
        }
        let taken = unsafe archive_write_data(archive, bytes, bytes.count)
        guard taken == bytes.count else { throw failure() }
    }

    private func begin(_ entry: Entry) throws {
        let file = try RegularFile(entry.path)
        let isPacked = Self.packed.contains(where: entry.name.hasSuffix)
        try check(
            isPacked
                ? unsafe archive_write_zip_set_compression_store(archive)
                : unsafe archive_write_zip_set_compression_deflate(archive))
        guard let header = unsafe archive_entry_new() else {
            throw ConsoleError(.memory, "There is no memory for the archive.")
        }
        defer { unsafe archive_entry_free(header) }
        unsafe archive_entry_set_pathname_utf8(header, entry.name)
        unsafe archive_entry_set_size(header, file.size)
        unsafe archive_entry_set_filetype(header, S_IFREG)
        unsafe archive_entry_set_perm(header, 0o644)
        unsafe archive_entry_set_mtime(header, time_t(file.changed), 0)
        try check(unsafe archive_write_header(archive, header))
        open = file
    }

    private func check(_ code: Int32) throws {
        // A warning, such as of a name that had to be written otherwise, is one too many.
        guard code == ARCHIVE_OK else { throw failure() }
    }

    private func failure() -> ConsoleError {
        let words = unsafe archive_error_string(archive).map { unsafe String(cString: $0) }
        return ConsoleError(
            .file, "The archive cannot be written: \(words ?? "libarchive refuses").")
    }
}
