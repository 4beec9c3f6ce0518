import Glibc
import Link
import SystemCalls

/// A room's facts on disk: JSON lines in a file that this user alone can read. Used by one actor.
///
/// Each line is written at once, so that the death of the process loses nothing.
final class RoomJournal: Sendable {
    let path: String
    private let file: FileDescriptor

    /// Opens a journal, or makes it; a last line that was torn is cut off.
    /// - Returns: the facts of each line.
    static func open(_ path: String) throws(ChatError) -> (RoomJournal, [[RoomEntry]]) {
        do {
            var lines: [[RoomEntry]] = []
            var whole = 0
            if FileSystem.exists(path) {
                let bytes = try FileSystem.read(path)
                var start = 0
                while let end = bytes[start...].firstIndex(of: 0x0A) {
                    // What cannot be read any more ends what can be relied upon.
                    guard
                        let line = try? JSONValue(
                            parsing: bytes[start..<end], limits: limits
                        ).decode([RoomEntry].self)
                    else { break }
                    lines.append(line)
                    start = end + 1
                }
                whole = start
                if whole < bytes.count {
                    // Kept beside it where it is more than a torn end.
                    if bytes[whole...].contains(0x0A) {
                        try FileSystem.write(bytes, to: path + ".damaged", mode: 0o600)
                    }
                    try systemCall("truncate", path) { unsafe truncate(path, off_t(whole)) }
                }
            }
            return (try RoomJournal(path), lines)
        } catch {
            throw ChatError(.file, "The chat's journal \(path) cannot be used: \(error)")
        }
    }

    private static let limits = JSONLimits(depth: 64, values: 4_000_000)

    private init(_ path: String) throws(SystemError) {
        self.path = path
        file = try FileDescriptor(
            opening: path, flags: O_WRONLY | O_CREAT | O_APPEND, mode: 0o600)
    }

    /// Writes facts that belong together.
    /// - Parameter durably: also against the death of the machine.
    func append(_ entries: [RoomEntry], durably: Bool) throws(ChatError) {
        let (number, path) = (file.number, path)
        do {
            let line = try JSONValue(encoding: entries).serialised + [0x0A]
            let before = lseek(number, 0, SEEK_END)
            do throws(SystemError) {
                try FileSystem.writeAll(line, to: number, subject: path)
            } catch {
                // Half a line would hide those after it.
                _ = ftruncate(number, before)
                throw error
            }
            if durably { try systemCall("fdatasync", path) { fdatasync(number) } }
        } catch {
            throw ChatError(.file, "The chat's journal \(path) cannot be written: \(error)")
        }
    }

    /// Removes the file; nothing can be written any more.
    func remove() { try? FileSystem.remove(path) }
}
