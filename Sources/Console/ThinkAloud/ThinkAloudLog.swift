import Glibc
import Link
import SystemCalls

/// Lines of numbers on disk, only ever appended: each is written at once, so that the death of the
/// process loses none. Used by one thread.
final class ThinkAloudLog {
    /// What stood in it when it was opened.
    let rows: [[Int64]]
    private let file: FileDescriptor
    private let path: String

    /// Opens a log, or makes it; a torn last line is cut off.
    /// - Parameter columns: the most numbers a line has.
    init(path: String, columns: Int) throws(LinkError) {
        self.path = path
        do throws(SystemError) {
            var rows: [[Int64]] = []
            var whole = 0
            let bytes = FileSystem.exists(path) ? try FileSystem.read(path) : []
            var start = 0
            while let end = bytes[start...].firstIndex(of: 0x0A) {
                let row = bytes[start..<end].split(separator: 0x20).compactMap {
                    Int64(String(decoding: $0, as: UTF8.self))
                }
                guard !row.isEmpty, row.count <= columns else { break }
                rows.append(row)
                start = end + 1
                whole = start
            }
            self.rows = rows
            file = try FileDescriptor(
                opening: path, flags: O_WRONLY | O_CREAT | O_APPEND, mode: 0o600)
            let number = file.number
            if whole < bytes.count {
                try systemCall("ftruncate", path) { ftruncate(number, off_t(whole)) }
            }
        } catch {
            throw LinkError(.outbox, "\(path) cannot be used", cause: error)
        }
    }

    func append(_ row: [Int64]) throws(LinkError) {
        let line = row.map(String.init).joined(separator: " ") + "\n"
        do throws(SystemError) {
            try FileSystem.writeAll(Array(line.utf8), to: file.number, subject: path)
        } catch {
            throw LinkError(.outbox, "\(path) cannot be written", cause: error)
        }
    }
}
