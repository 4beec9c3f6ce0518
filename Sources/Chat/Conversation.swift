import Glibc
import Link
import SystemCalls

/// The turns so far, kept on disk so that a chat that was killed goes on where it was.
final class Conversation {
    let path: String
    private(set) var turns: [Turn] = []
    private var file: FileDescriptor

    /// - Parameter path: of a file of JSON lines, readable by this user alone.
    init(path: String) throws {
        self.path = path
        var whole: [UInt8] = []
        if FileSystem.exists(path) {
            for line in try FileSystem.read(path).split(separator: 0x0A) {
                // A last line that was torn is left out; its event is in the outbox or was never
                // sent.
                guard let turn = try? JSONValue(parsing: line).decode(Turn.self) else { break }
                turns.append(turn)
                whole += line + [0x0A]
            }
        }
        try FileSystem.write(whole, to: path, mode: 0o600)
        file = try FileDescriptor(opening: path, flags: O_WRONLY | O_APPEND)
    }

    func append(_ turn: Turn) throws {
        turns.append(turn)
        try FileSystem.writeAll(
            try JSONValue(encoding: turn).serialised + [0x0A], to: file.number, subject: path)
    }
}
