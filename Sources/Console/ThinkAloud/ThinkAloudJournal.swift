import Glibc
import Link
import SystemCalls

/// What was done with a replay, on disk: JSON lines in a file that this user alone can read. Used by one
/// actor.
final class ThinkAloudJournal: Sendable {
    private let path: String
    private let file: FileDescriptor

    /// Opens a journal, or makes it; a last line that was torn is cut off.
    static func open(
        _ path: String
    ) throws(ConsoleError) -> (ThinkAloudJournal, [ThinkAloudEvent]) {
        do {
            var events: [ThinkAloudEvent] = []
            let bytes = FileSystem.exists(path) ? try FileSystem.read(path) : []
            var start = 0
            while let end = bytes[start...].firstIndex(of: 0x0A) {
                guard
                    let event = try? JSONValue(parsing: bytes[start..<end])
                        .decode(ThinkAloudEvent.self), event.number == Int64(events.count) + 1
                else { break }
                events.append(event)
                start = end + 1
            }
            if start < bytes.count {
                try systemCall("truncate", path) { unsafe truncate(path, off_t(start)) }
            }
            return (try ThinkAloudJournal(path), events)
        } catch {
            throw ConsoleError(.invalid, "The replay's journal \(path) cannot be used: \(error)")
        }
    }

    private init(_ path: String) throws(SystemError) {
        self.path = path
        file = try FileDescriptor(
            opening: path, flags: O_WRONLY | O_CREAT | O_APPEND, mode: 0o600)
    }

    func append(_ event: ThinkAloudEvent) throws(ConsoleError) {
        let (number, path) = (file.number, path)
        do {
            let line = try JSONValue(encoding: event).serialised + [0x0A]
            let before = lseek(number, 0, SEEK_END)
            do throws(SystemError) {
                try FileSystem.writeAll(line, to: number, subject: path)
            } catch {
                // Half a line would hide those after it.
                _ = ftruncate(number, before)
                throw error
            }
        } catch {
            throw ConsoleError(.invalid, "The replay's journal \(path) cannot be written: \(error)")
        }
    }
}
