import Foundation
import Link
import SystemCalls

/// What a stand-in daemon has "committed": in memory, or in a file of JSON lines that outlives it.
public final class DoubleStore {
    public private(set) var events: [String: [LinkEvent]] = [:]
    /// Round trips as they were reported, by client; kept in memory alone.
    public private(set) var trips: [String: [ClockObservation]] = [:]
    private var file: SystemCalls.FileDescriptor?

    /// - Parameter path: nil keeps everything in memory.
    public init(path: String? = nil) throws {
        guard let path else { return }
        if FileSystem.exists(path) {
            let (found, whole) = try DoubleStore.load(path)
            events = found
            try FileSystem.write(Array(whole.utf8), to: path)
        }
        file = try SystemCalls.FileDescriptor(
            opening: path, flags: O_WRONLY | O_CREAT | O_APPEND, mode: 0o644)
    }

    /// What a store's file holds, also while a daemon writes it.
    public static func read(_ path: String) throws -> [LinkEvent] {
        FileSystem.exists(path) ? try load(path).events.values.flatMap { $0 } : []
    }

    private static func load(_ path: String) throws -> (
        events: [String: [LinkEvent]], whole: String
    ) {
        let text = try FileSystem.readText(path)
        let whole = text.lastIndex(of: "\n").map { String(text[...$0]) } ?? ""
        var events: [String: [LinkEvent]] = [:]
        for line in whole.split(separator: "\n") {
            let value = try JSONValue(parsing: String(line))
            if let event = try value["event"]?.decode(LinkEvent.self) {
                events[value["client"]?.string ?? "", default: []].append(event)
            }
        }
        return (events, whole)
    }

    public func last(of client: String) -> Int64 { events[client]?.last?.sequence ?? 0 }

    public func report(_ observations: [ClockObservation], of client: String) {
        trips[client, default: []] += observations
    }

    public func commit(_ batch: [(client: String, event: LinkEvent)]) throws {
        var lines: [UInt8] = []
        for (client, event) in batch {
            events[client, default: []].append(event)
            let line: JSONValue = [
                "client": .string(client), "event": try JSONValue(encoding: event),
            ]
            lines += line.serialised + [0x0A]
        }
        guard let number = file?.number, !lines.isEmpty else { return }
        try FileSystem.writeAll(lines, to: number)
        try systemCall("fdatasync") { fdatasync(number) }
    }
}
