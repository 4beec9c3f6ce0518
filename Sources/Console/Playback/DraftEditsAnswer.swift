import Link
import SessionStore
import Timebase

/// The edits of the participant's drafts, for the page: each with the turn that its draft became.
struct DraftEditsAnswer {
    let turns: [Turn]
    let edits: [DraftEdit]
    let start: Instant
    /// Whether the text of edits may be shown.
    let showsText: Bool

    /// Nanoseconds by which an edit may seem to come after the message that it became, beside the bounds
    /// of both times.
    private static let slack: Int64 = 20_000_000

    /// The edits of `from..<to`.
    func json(from: Instant, to: Instant) -> JSONValue {
        let numbers = turnNumbers()
        var rows: [JSONValue] = []
        for (edit, turn) in zip(edits, numbers) where from <= edit.time && edit.time < to {
            rows.append([
                "turn": turn.map { .integer($0) } ?? .null, "draft": .integer(edit.turn),
                "t_s": .real(edit.time.seconds(since: start)),
                "position": .integer(edit.position), "deleted": .integer(edit.deleted),
                "inserted": .integer(edit.inserted), "class": .string(edit.editClass),
                "text": showsText ? edit.text.map { .string($0) } ?? .null : .null,
                "bound_ms": .real(Double(edit.bound) / 1e6),
            ])
        }
        return ["edits": .array(rows)]
    }

    /// For each edit the number of the turn that its draft became: the participant's next one, unless
    /// that came from a later draft. Files count drafts and turns each for themselves.
    func turnNumbers() -> [Int64?] {
        var numbers = [Int64?](repeating: nil, count: edits.count)
        var next = 0
        for turn in turns where turn.author == "participant" {
            let first = next
            let end = turn.sent + (Self.slack + max(0, turn.bound))
            while next < edits.count, edits[next].time <= end + max(0, edits[next].bound) {
                next += 1
            }
            // A draft that was begun before and given up is none of this turn's.
            guard first < next, let draft = edits[first..<next].last?.turn else { continue }
            for place in first..<next where edits[place].turn == draft {
                numbers[place] = turn.number
            }
        }
        return numbers
    }
}
