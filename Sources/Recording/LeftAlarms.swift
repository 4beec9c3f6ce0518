import Glibc
import Link
import SystemCalls
import Timebase

/// Alarms that still waited for acknowledgement when their session ended, on the disk.
///
/// `DATA/.alarms.json` holds those that wait; `DATA/.alarms-acknowledged.jsonl` gets a line for each that
/// was acknowledged since, because the session's own file takes no more events.
enum LeftAlarms {
    /// Those that wait; none where nothing is readable.
    static func read(data: String) -> [Alarm] {
        guard let text = try? FileSystem.readText(path(data)),
            let value = try? JSONValue(parsing: text)
        else { return [] }
        // One that cannot be read must not hide the others.
        return (value.array ?? []).compactMap { try? $0.decode(Alarm.self) }
    }

    static func write(_ alarms: [Alarm], data: String) throws(SystemError) {
        // Plain strings and numbers can always be encoded.
        let value = JSONValue.array(alarms.compactMap { try? JSONValue(encoding: $0) })
        try FileSystem.write(Array((value.text + "\n").utf8), to: path(data))
        try FileSystem.syncDirectory(data)
    }

    /// Adds a line to the record of those that were acknowledged; durable when this returns. What the
    /// alarm said stays out of it, for it may quote the participant.
    static func record(
        _ alarm: Alarm, actor: String, note: String?, data: String
    ) throws(SystemError) {
        let path = acknowledged(data)
        let line = JSONText.object([
            ("session", alarm.session.map(JSONText.string) ?? "null"),
            ("alarm", JSONText.string(alarm.id)), ("code", JSONText.string(alarm.code)),
            ("severity", JSONText.string(alarm.severity.rawValue)),
            ("actor", JSONText.string(actor)),
            ("note", note.map(JSONText.string) ?? "null"),
            ("realtime_ns", "\(Clocks.realtime())"),
        ])
        let file = try FileDescriptor(
            opening: path, flags: O_WRONLY | O_CREAT | O_APPEND, mode: 0o640)
        try FileSystem.writeAll(Array((line + "\n").utf8), to: file.number, subject: path)
        try systemCall("fsync", path) { fsync(file.number) }
    }

    /// Takes the lines of sessions out of the record; the others stay as they are.
    static func forgetAcknowledged(
        of sessions: Set<String>, data: String
    ) throws(SystemError) {
        let path = acknowledged(data)
        guard FileSystem.exists(path) else { return }
        let lines = try FileSystem.readText(path).split(separator: "\n")
        let kept = lines.filter { line in
            // One that cannot be read, as a crash may have left it, must not name them either.
            guard let value = try? JSONValue(parsing: String(line)) else {
                return !sessions.contains { line.contains($0) }
            }
            return !sessions.contains(value["session"]?.string ?? "")
        }
        guard kept.count < lines.count else { return }
        try FileSystem.write(Array(kept.map { $0 + "\n" }.joined().utf8), to: path)
        try FileSystem.syncDirectory(data)
    }

    private static func acknowledged(_ data: String) -> String {
        "\(data)/.alarms-acknowledged.jsonl"
    }

    private static func path(_ data: String) -> String { "\(data)/.alarms.json" }
}
