import SessionStore
import Timebase

/// An edit as the writer means it: compositions are one step, Suggestions and pastes are told apart.
struct DraftStep: Hashable {
    enum Kind: Hashable {
        case written, composed, pasted, suggested
    }

    var from: Instant
    var to: Instant
    var position: Int64
    var deleted: Int64
    var inserted: Int64
    var kind: Kind
    /// Where the next character comes when one simply goes on.
    var caret: Int64

    /// - Parameter edits: by time. Numbers out of range, as a stranger may send, count as nothing.
    static func steps(
        _ edits: [DraftEdit], compositions: [ClosedRange<Instant>], insertions: [DraftInsertion]
    ) -> [DraftStep] {
        let most: Int64 = 1 << 40
        let ranges = compositions.sorted { $0.lowerBound < $1.lowerBound }
        var range = 0
        var open: Int?
        var steps: [DraftStep] = []
        for edit in edits {
            let position = min(max(edit.position, 0), most)
            let deleted = min(max(edit.deleted, 0), most)
            let came = min(max(edit.inserted, 0), most)
            while range < ranges.count, ranges[range].upperBound < edit.time {
                range += 1
                open = nil
            }
            let isComposed = range < ranges.count && ranges[range].contains(edit.time)
            let kind: Kind =
                insertions.contains { $0.isThat(of: edit) }
                ? .suggested
                : edit.editClass == "paste" ? .pasted : isComposed ? .composed : .written
            if kind == .composed, open == range, let last = steps.last, last.kind == .composed {
                // What the input method takes back of its own is no deletion.
                let own = min(deleted, last.inserted)
                steps[steps.count - 1].inserted = last.inserted - own + came
                steps[steps.count - 1].deleted += deleted - own
                steps[steps.count - 1].to = edit.time
                steps[steps.count - 1].caret = last.position + last.inserted - own + came
                continue
            }
            open = kind == .composed ? range : nil
            steps.append(
                DraftStep(
                    from: edit.time, to: edit.time, position: position, deleted: deleted,
                    inserted: came, kind: kind, caret: position + came))
        }
        return steps
    }
}
