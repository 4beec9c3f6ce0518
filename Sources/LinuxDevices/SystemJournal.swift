import CSystemd
import Glibc
import SystemCalls

/// The system's journal.
public enum SystemJournal {
    private static let socket = "/run/systemd/journal/socket"

    /// Writes an entry with fields of its own. May wait for the journal: not for a thread that must not.
    /// - Parameter fields: names of capital letters, digits and `_`, and values in one line.
    /// - Returns: false where the machine has no journal.
    public static func write(
        _ message: String, fields: [(name: String, value: String)]
    ) throws(SystemError) -> Bool {
        // The library says nothing where nobody listens.
        guard FileSystem.exists(socket) else { return false }
        let lines = ["MESSAGE=\(message)", "PRIORITY=5"] + fields.map { "\($0.name)=\($0.value)" }
        let copies = unsafe lines.map { line in unsafe strdup(line) }
        defer { unsafe copies.forEach { unsafe free($0) } }
        guard unsafe copies.allSatisfy({ unsafe $0 != nil }) else {
            throw SystemError(code: ENOMEM, call: "sd_journal_sendv")
        }
        // Each vector has a line without its ending zero; all live until the call is over.
        let vectors = unsafe zip(lines, copies).map { line, copy in
            unsafe iovec(iov_base: copy, iov_len: line.utf8.count)
        }
        let result = unsafe sd_journal_sendv(vectors, Int32(vectors.count))
        guard result >= 0 else { throw SystemError(code: -result, call: "sd_journal_sendv") }
        return true
    }
}
