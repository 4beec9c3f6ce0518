import Link
import SessionStore
import Timebase

/// Turns, when they were shown, and draft edits out of a chat client's events.
enum LinkedChat {
    static func turn(_ record: LinkEventRecord) -> Turn? {
        guard let payload = try? JSONValue(parsing: record.payload),
            let author = payload["author"]?.string, let text = payload["text"]?.string
        else { return nil }
        func time(_ name: String) -> Instant? {
            payload[name]?.integer.map(Instant.init(nanoseconds:))
        }
        return Turn(
            number: payload["number"]?.integer, author: author, text: text,
            composedFrom: time("composed_from_ns"), sent: time("sent_ns") ?? record.time,
            shown: time("shown_ns"), bound: record.bound, client: record.client,
            clientSequence: record.sequence)
    }

    static func turnShown(_ record: LinkEventRecord) -> TurnShown? {
        guard let payload = try? JSONValue(parsing: record.payload),
            let number = payload["number"]?.integer, let shown = payload["shown_ns"]?.integer
        else { return nil }
        return TurnShown(
            number: number, shown: Instant(nanoseconds: shown), bound: record.bound)
    }

    static func draftEdit(_ record: LinkEventRecord) -> DraftEdit? {
        guard let payload = try? JSONValue(parsing: record.payload),
            let draft = payload["draft"]?.integer, let position = payload["position"]?.integer,
            let deleted = payload["deleted"]?.integer, let inserted = payload["inserted"]?.integer
        else { return nil }
        return DraftEdit(
            turn: draft, time: record.time, position: position, deleted: deleted,
            inserted: inserted, editClass: payload["class"]?.string ?? "other",
            text: payload["text"]?.string, bound: record.bound, client: record.client,
            clientSequence: record.sequence)
    }
}
