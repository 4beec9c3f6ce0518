import GRDB
import Glibc
import SystemCalls
import Timebase

/// Makes a finished session's file anew without what must go: the one thing for which a file that nobody
/// changes is changed.
///
/// A copy is changed, made compact, compared with SQLite's own check and put in the file's place, so that
/// the file is whole at any moment. The audit trail gets a row that says what was done, without content.
/// Runs on the caller's thread; needs as much room as the file takes.
struct SessionRewriter {
    let path: String

    /// The member of the audit row's detail that has the hash of the file that was there before: what names
    /// that file, such as an alignment or a frozen dataset, is then about this one.
    static let replacedMember = "replacedSha256"

    /// The new file's place until it takes the old one's.
    private var beside: String { path + ".rewriting" }

    /// - Parameter body: changes the copy, inside a transaction. It gives the row for the audit trail; nil
    ///   where there was nothing to change, and the file stays as it is. Its detail, a JSON object, gets the
    ///   hash of the old file.
    /// - Returns: the new file, and the audit row's id; nil where nothing was changed.
    /// - Throws: `wrongState` for a session that is not finished, and as reading and writing do.
    func run(
        _ body: (Database) throws -> AuditEntry?
    ) throws(SessionStoreError) -> (file: FinishedFile, auditRow: String)? {
        do {
            let reader = try SessionReader.open(at: path, alignment: .recorded)
            let session = try reader.finishedSession()
            try reader.close()
            try clear()
            defer { try? clear() }
            try SessionConnection.createFile(beside)
            try copy()
            let replaced = try FileHash.sha256(path)
            guard let (row, head) = try change(session, replacing: replaced, body) else {
                return nil
            }
            try SessionHeader.check(
                beside, applicationIdentifier: SessionSchema.applicationIdentifier,
                version: SessionSchema.version, what: "session file")
            let file = try FileDescriptor(opening: beside, flags: O_RDONLY)
            try systemCall("fchmod", beside) { fchmod(file.number, 0o440) }
            try systemCall("fsync", beside) { fsync(file.number) }
            try systemCall("rename", path) { unsafe rename(beside, path) }
            try FileSystem.syncDirectory(SessionConnection.directory(of: path))
            let finished = FinishedFile(
                path: path, sha256: try FileHash.sha256(path), size: try FileSystem.size(path),
                audit: head)
            return (finished, row)
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    private func clear() throws(SystemError) {
        for suffix in ["", "-journal"] { try FileSystem.remove(beside + suffix) }
    }

    private func copy() throws(SystemError) {
        let source = try FileDescriptor(opening: path, flags: O_RDONLY)
        let target = try FileDescriptor(opening: beside, flags: O_WRONLY | O_TRUNC)
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            // The buffer is as long as is said.
            let count = try systemCall("read", path) {
                unsafe buffer.withUnsafeMutableBytes {
                    unsafe Glibc.read(source.number, $0.baseAddress, $0.count)
                }
            }
            if count == 0 { return }
            try FileSystem.writeAll(Array(buffer[..<count]), to: target.number, subject: beside)
        }
    }

    private func change(
        _ session: String, replacing replaced: String, _ body: (Database) throws -> AuditEntry?
    ) throws -> (row: String, head: AuditHead)? {
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            for pragma in [
                "mmap_size = 0", "journal_mode = OFF", "synchronous = OFF", "secure_delete = ON",
            ] { try database.execute(sql: "PRAGMA \(pragma)") }
        }
        let queue = try DatabaseQueue(path: beside, configuration: configuration)
        let result: (String, AuditHead)? = try queue.writeWithoutTransaction { database in
            var result: (String, AuditHead)?
            try database.inTransaction(.immediate) {
                guard var entry = try body(database) else { return .commit }
                let isEmpty = entry.detail == "{}"
                entry.detail =
                    entry.detail.dropLast() + (isEmpty ? "" : ",")
                    + "\"\(Self.replacedMember)\":\"\(replaced)\"}"
                let head = try AuditTrail(database: database, path: beside).add(
                    [entry], subject: session)
                let row = try String.fetchOne(
                    database,
                    sql: "SELECT row_id FROM audit_chain ORDER BY audit_id DESC LIMIT 1")
                result = (row ?? "", head)
                return .commit
            }
            guard result != nil else { return nil }
            // Nothing of what went may stay in free pages.
            try database.execute(sql: "VACUUM")
            let answer = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)") ?? ""
            guard answer == "ok" else { throw SessionStoreError.damaged(beside, answer) }
            return result
        }
        try queue.close()
        return result
    }

    /// Removes what a run left that was cut off.
    static func tidy(_ path: String) throws(SystemError) {
        try SessionRewriter(path: path).clear()
    }
}
