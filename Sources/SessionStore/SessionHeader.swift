import GRDBSQLite
import Glibc
import SystemCalls

/// What the first bytes of a file say about it.
enum SessionHeader {
    /// Makes sure that a file is a database of this kind and of a version that is known.
    static func check(
        _ path: String, applicationIdentifier: Int, version: Int, what: String
    ) throws(SessionStoreError) {
        let header: [UInt8]
        do {
            header = try read(path)
        } catch {
            throw .system(error, path: path)
        }
        guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)),
            number(header, 68) == applicationIdentifier
        else {
            let cause = header.isEmpty ? "the file is empty" : nil
            throw SessionStoreError(
                code: .notASession, message: "\(path) is no \(what) of Attune", cause: cause)
        }
        let found = number(header, 60)
        guard found >= 1, found <= version else {
            throw SessionStoreError(
                code: .newerVersion(found: found, known: version),
                message: "\(path) has format version \(found), this program knows versions up to "
                    + "\(version); install a newer Attune")
        }
    }

    private static func number(_ header: [UInt8], _ offset: Int) -> Int {
        header[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    /// The first bytes of a file; fewer where it is shorter. They are read by SQLite's own means: whoever
    /// closes a file of which this process has a database open would take its locks away, and SQLite knows
    /// when it may. No page is read and no log is opened.
    private static func read(_ path: String) throws(SystemError) -> [UInt8] {
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(path, &opened, SQLITE_OPEN_READONLY, nil)
        // It has to be closed also where it could not be opened.
        defer { unsafe sqlite3_close_v2(opened) }
        func failure() -> SystemError {
            let code = unsafe sqlite3_system_errno(opened)
            return SystemError(code: code == 0 ? EIO : code, call: "open", subject: path)
        }
        guard code == SQLITE_OK else { throw failure() }
        var file: UnsafeMutablePointer<sqlite3_file>?
        let found = unsafe withUnsafeMutablePointer(to: &file) {
            unsafe sqlite3_file_control(opened, "main", SQLITE_FCNTL_FILE_POINTER, $0)
        }
        // The connection owns the file, and both outlive these calls.
        guard found == SQLITE_OK, let file = unsafe file,
            let methods = unsafe file.pointee.pMethods
        else { throw failure() }
        var size: sqlite3_int64 = 0
        guard unsafe methods.pointee.xFileSize(file, &size) == SQLITE_OK else { throw failure() }
        var header = [UInt8](repeating: 0, count: Int(min(100, max(0, size))))
        guard !header.isEmpty else { return [] }
        let count = Int32(header.count)
        let outcome = unsafe header.withUnsafeMutableBytes {
            unsafe methods.pointee.xRead(file, $0.baseAddress, count, 0)
        }
        guard outcome == SQLITE_OK else { throw failure() }
        return header
    }
}
