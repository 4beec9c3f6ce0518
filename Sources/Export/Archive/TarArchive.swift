import CArchive
import Glibc
import SystemCalls

/// A folder's files as one tar archive, written piece by piece into a sink. The same files give the same
/// bytes: in the order of their names, without times, owners and rights of their own. libarchive writes it.
///
/// Used by one thread.
@safe final class TarArchive {
    /// What libarchive hands on, and what went wrong there.
    private final class Target {
        let sink: any ByteSink
        var failure: SystemError?

        init(_ sink: any ByteSink) { self.sink = sink }
    }

    private let archive: OpaquePointer
    private let target: Target

    /// - Parameter sink: takes the archive; is not closed here.
    init(into sink: any ByteSink) throws(ExportError) {
        guard let archive = unsafe archive_write_new() else {
            throw ExportError(code: .inputOutput, message: "there is no memory for the archive")
        }
        unsafe self.archive = unsafe archive
        target = Target(sink)
        // Names of any length and bytes; plain tar wherever that will do.
        try check(unsafe archive_write_set_format_pax_restricted(archive))
        try check(unsafe archive_write_set_options(archive, "hdrcharset=UTF-8"))
        // The target lives as long as this, which frees the archive.
        let place = unsafe Unmanaged.passUnretained(target).toOpaque()
        try check(
            unsafe archive_write_open(
                archive, place, nil,
                { _, place, bytes, count in
                    guard let place = unsafe place, let bytes = unsafe bytes else { return -1 }
                    let target = unsafe Unmanaged<Target>.fromOpaque(place).takeUnretainedValue()
                    do throws(SystemError) {
                        // libarchive's bytes, for this call.
                        try unsafe target.sink.write(
                            UnsafeRawBufferPointer(start: bytes, count: count))
                    } catch {
                        target.failure = error
                        return -1
                    }
                    return la_ssize_t(count)
                }, nil))
    }

    deinit { unsafe archive_write_free(archive) }

    /// Adds all files of a folder and of those in it.
    /// - Parameter proceed: is told each file before it is packed, and ends the work by throwing.
    func add(
        folder: String, below: String = "", _ proceed: (String) throws -> Void
    ) throws {
        for name in try FileSystem.list("\(folder)/\(below)").sorted() {
            let path = below + name
            if FileSystem.isDirectory("\(folder)/\(path)") {
                try add(folder: folder, below: "\(path)/", proceed)
            } else {
                try proceed(path)
                try add(file: "\(folder)/\(path)", as: path, proceed)
            }
        }
    }

    private func add(file: String, as name: String, _ proceed: (String) throws -> Void) throws {
        let file = try RegularFile(file)
        guard let header = unsafe archive_entry_new() else {
            throw ExportError(code: .inputOutput, message: "there is no memory for the archive")
        }
        defer { unsafe archive_entry_free(header) }
        unsafe archive_entry_set_pathname_utf8(header, name)
        unsafe archive_entry_set_size(header, file.size)
        unsafe archive_entry_set_filetype(header, S_IFREG)
        unsafe archive_entry_set_perm(header, 0o640)
        unsafe archive_entry_set_mtime(header, 0, 0)
        try check(unsafe archive_write_header(archive, header))
        while let bytes = try file.next() {
            guard unsafe archive_write_data(archive, bytes, bytes.count) == bytes.count else {
                throw failure()
            }
            try proceed(name)
        }
        try check(unsafe archive_write_finish_entry(archive))
    }

    /// Writes the archive's end.
    func finish() throws { try check(unsafe archive_write_close(archive)) }

    private func check(_ code: Int32) throws(ExportError) {
        // A warning, such as of a name that had to be written otherwise, is one too many.
        guard code == ARCHIVE_OK else { throw failure() }
    }

    private func failure() -> ExportError {
        let words = unsafe archive_error_string(archive).map { unsafe String(cString: $0) }
        return ExportError(
            code: .tool, message: "the archive could not be written",
            cause: target.failure?.description ?? words)
    }
}
