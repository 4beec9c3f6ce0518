import Link
import Playback
import SessionStore
import Timebase

/// What a commentary's events tell of its replay.
public struct CommentaryLog {
    public let map: CommentaryMap
    /// Cues that were used, questions and notes, in the order of time.
    public let remarks: [(SessionEvent, JSONValue)]
    public let speech: [(SessionEvent, JSONValue)]
    /// From the end of the task to the commentary's start.
    public let delayMs: Int64?

    /// - Parameter end: of the commentary.
    public init(_ reader: SessionReader, end: Instant) throws {
        func events(_ kinds: [String]) throws -> [(SessionEvent, JSONValue)] {
            try reader.events(of: kinds).compactMap { event in
                (try? JSONValue(parsing: event.payload)).map { (event, $0) }
            }.sorted { $0.0.time < $1.0.time }
        }
        // In the order in which they were recorded, which decides between two of the same moment.
        let moves = try reader.events(of: ["position"]).compactMap { event -> CommentaryMove? in
            guard let payload = try? JSONValue(parsing: event.payload),
                let session = payload["session_ns"]?.integer,
                let rate = payload["rate"]?.number, case .bool(let isPlaying)? = payload["playing"]
            else { return nil }
            return CommentaryMove(
                speech: event.time, session: Instant(nanoseconds: session), rate: rate,
                isPlaying: isPlaying, cause: payload["cause"]?.string ?? "",
                by: payload["by"]?.string ?? "")
        }
        map = CommentaryMap(moves, end: max(end, moves.last?.speech ?? end))
        remarks = try events(["cue", "prompt", "note"])
        speech = try events(["speech"])
        delayMs = try events(["recall"]).first?.1["delay_ms"]?.integer
    }
}
