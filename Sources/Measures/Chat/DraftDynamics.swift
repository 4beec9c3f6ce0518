import SessionStore
import Timebase

/// How a message was written, by its draft edits alone: times, lengths and classes, never the text.
///
/// An edit *revises* where it deletes, or where it does not go on at the place where the edit before it
/// ended. What an input method puts in while it composes is one edit: the text that it leaves. What was
/// pasted or came from a Suggestion was not written: it ends a burst, and is in none.
public struct DraftDynamics: Hashable, Sendable {
    /// Number of the draft, as the edits have it.
    public var draft: Int64
    public var began: Instant
    /// When it was sent; nil where it never was.
    public var sent: Instant?
    /// Nanoseconds from the message that it answers standing on the screen to the first edit; nil where
    /// that is not known. Negative where one began to write before.
    public var timeToFirstEdit: Int64?
    /// Nanoseconds from the first edit to the last, and from there to the sending.
    public var writing: Int64 = 0
    public var timeToSend: Int64?
    /// Edits, compositions counted as one each.
    public var edits = 0
    /// Nanoseconds of each pause, in order.
    public var pauses: [Int64] = []
    public var bursts: [DraftBurst] = []
    /// Edits that delete and nothing else, and all characters that went.
    public var deletions = 0
    public var deleted: Int64 = 0
    /// Edits that revise.
    public var revisions = 0
    public var pastes = 0
    public var pasted: Int64 = 0
    /// Insertions of Suggestions.
    public var insertions = 0
    public var suggested: Int64 = 0
    public var compositions = 0
    /// Characters that were written (not pasted, not suggested).
    public var typed: Int64 = 0
    /// Length of the draft at the end, by its edits.
    public var length: Int64 = 0

    /// Share of edits that revise, 0…1; nil where there are none.
    public var revisionShare: Double? { edits > 0 ? Double(revisions) / Double(edits) : nil }

    /// Length at the end for each character that came, however it came: 1 where nothing was taken back
    /// (the product/process ratio of Leijten, M., and Van Waes, L., 2013, Keystroke logging in writing
    /// research, Written Communication 30, 358–392). nil where nothing came.
    public var finalToTyped: Double? {
        let came = typed + pasted + suggested
        return came > 0 ? Double(length) / Double(came) : nil
    }

    /// Characters that were written for each minute without its pauses; nil below ten characters.
    public var charactersPerMinute: Double? {
        let active = writing &- pauses.reduce(0, &+)
        return typed >= 10 && active > 0 ? Double(typed) / Double(active) * 60e9 : nil
    }

    /// The bursts that ended in a way.
    public func bursts(endedBy end: DraftBurst.End) -> [DraftBurst] {
        bursts.filter { $0.end == end }
    }

    /// - Parameters:
    ///   - edits: of one draft.
    ///   - sent: when it was sent.
    ///   - answered: when the message before it stood on the screen.
    ///   - compositions: when an input method composed, from `composition` events.
    ///   - insertions: those of Suggestions, from `suggestion_inserted` events.
    /// - Returns: nil without any edit.
    public init?(
        _ edits: [DraftEdit], sent: Instant? = nil, answered: Instant? = nil,
        compositions: [ClosedRange<Instant>] = [], insertions: [DraftInsertion] = [],
        settings: DraftSettings = DraftSettings()
    ) {
        let steps = DraftStep.steps(
            edits.sorted { $0.time < $1.time }, compositions: compositions,
            insertions: insertions)
        guard let first = steps.first, let last = steps.last else { return nil }
        draft = edits[0].turn
        began = first.from
        self.sent = sent
        timeToFirstEdit = answered.map { first.from - $0 }
        writing = last.to - first.from
        timeToSend = sent.map { $0 - last.to }
        var burst: DraftBurst?
        var before: DraftStep?
        func close(_ end: DraftBurst.End) {
            guard var open = burst else { return }
            open.end = end
            bursts.append(open)
            burst = nil
        }
        for step in steps {
            self.edits += 1
            if let before, step.from - before.to >= settings.pause {
                pauses.append(step.from - before.to)
                close(.pause)
            }
            let revises = step.deleted > 0 || (before.map { $0.caret != step.position } ?? false)
            count(step, revises: revises)
            if revises { close(.revision) }
            let isWritten = step.kind == .written || step.kind == .composed
            if isWritten, step.inserted > 0 {
                var open =
                    burst
                    ?? DraftBurst(from: step.from, to: step.to, inserted: 0, edits: 0, end: .sent)
                open.to = step.to
                open.inserted += step.inserted
                open.edits += 1
                burst = open
            } else if !isWritten {
                close(.insertion)
            }
            before = step
        }
        close(.sent)
    }

    private mutating func count(_ step: DraftStep, revises: Bool) {
        if revises { revisions += 1 }
        if step.deleted > 0, step.inserted == 0 { deletions += 1 }
        deleted &+= step.deleted
        length = max(0, length &+ step.inserted &- step.deleted)
        switch step.kind {
        case .written: typed &+= step.inserted
        case .composed:
            compositions += 1
            typed &+= step.inserted
        case .pasted:
            pastes += 1
            pasted &+= step.inserted
        case .suggested:
            insertions += 1
            suggested &+= step.inserted
        }
    }
}
