import CArchive
import Glibc
import SystemCalls

/// Takes the files of an E4 out of a .zip, into a folder for the time of the import.
///
/// Nothing of the archive decides where a file goes: it gets the name that is known, and what has another name
/// is passed over. No more is unpacked than a wristband can have recorded.
public enum E4Archive {
    /// Bytes of one file: weeks of the fastest one.
    private static let mostBytes = 1 << 30

    /// Whether a file begins as a .zip does.
    public static func isArchive(_ path: String) -> Bool {
        guard let source = try? ByteSource(path) else { return false }
        return (try? source.bytes(at: 0, count: 4)) == [0x50, 0x4B, 0x03, 0x04]
    }

    /// - Returns: the folder, which the caller removes.
    public static func unpack(_ path: String) throws(ImportError) -> String {
        let folder = try temporaryFolder()
        do throws(ImportError) {
            try unpack(path, into: folder)
        } catch {
            FileSystem.removeTree(folder)
            throw error
        }
        return folder
    }

    private static func temporaryFolder() throws(ImportError) -> String {
        // The environment is not changed while these programs run.
        let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/attune-e4.XXXXXX".utf8CString)
        // The template is ended by a zero and as long as what becomes of it.
        let made = unsafe mkdtemp(&template)
        guard unsafe made != nil else {
            throw .system(
                SystemError(code: errno, call: "mkdtemp", subject: parent),
                "the archive cannot be unpacked")
        }
        return String(
            decoding: template.dropLast().map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }

    private static func unpack(_ path: String, into folder: String) throws(ImportError) {
        guard let archive = unsafe archive_read_new() else {
            throw ImportError(.inputOutput, "\(path): there is no memory for reading it")
        }
        // Freed once, after all that was read of it.
        defer { unsafe archive_read_free(archive) }
        unsafe archive_read_support_format_zip(archive)
        guard unsafe archive_read_open_filename(archive, path, 1 << 16) == ARCHIVE_OK else {
            throw ImportError(
                .format, "\(path) cannot be read as an archive", cause: unsafe reason(archive))
        }
        var entry: OpaquePointer?
        var entries = 0
        while entries < 1000 {
            entries += 1
            let status = unsafe archive_read_next_header(archive, &entry)
            if status == ARCHIVE_EOF { return }
            guard status >= ARCHIVE_WARN, let entry = unsafe entry else {
                throw ImportError(
                    .format, "\(path) is damaged", cause: unsafe reason(archive))
            }
            // The library's text is valid until the next header.
            guard let text = unsafe archive_entry_pathname_utf8(entry) else { continue }
            let name = XDFImport.name(unsafe String(cString: text)).lowercased()
            guard let known = E4Import.names.first(where: { $0.lowercased() == name }) else {
                continue
            }
            try unsafe write(archive, path, to: "\(folder)/\(known)")
        }
    }

    private static func write(
        _ archive: OpaquePointer, _ path: String, to place: String
    ) throws(ImportError) {
        var written = 0
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        do throws(SystemError) {
            let file = try FileDescriptor(
                opening: place, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
            while written < mostBytes {
                // At most as many bytes as the buffer has.
                let count = unsafe buffer.withUnsafeMutableBytes {
                    unsafe archive_read_data(archive, $0.baseAddress, $0.count)
                }
                if count == 0 { return }
                guard count > 0 else { break }
                try FileSystem.writeAll(Array(buffer[..<count]), to: file.number, subject: place)
                written += count
            }
        } catch {
            throw .system(error, "\(path) cannot be unpacked")
        }
        throw ImportError(
            .format, "\(path) is damaged, or a file in it too large",
            cause: unsafe reason(archive))
    }

    private static func reason(_ archive: OpaquePointer) -> String? {
        // Valid until the next call on the archive; copied at once.
        unsafe archive_error_string(archive).map { unsafe String(cString: $0) }
    }
}
