import SessionStore
import Timebase

/// How the participant wrote each message of a session.
public struct SessionDrafts: Sendable {
    /// A sent message with the writing that led to it.
    public struct Message: Hashable, Sendable {
        public var turn: Turn
        /// nil where no edit was recorded.
        public var dynamics: DraftDynamics?
    }

    /// By the time of sending.
    public var messages: [Message] = []

    /// Edits may arrive up to this much after the message that they became.
    private static let slack: Int64 = 1_000_000_000

    /// Reads a session's file.
    public init(
        _ reader: SessionReader, settings: DraftSettings = DraftSettings()
    ) throws(SessionStoreError) {
        self.init(
            turns: try reader.turns(), edits: try reader.draftEdits(),
            events: try reader.events(), settings: settings)
    }

    /// - Parameters:
    ///   - turns: by the time of sending; and `edits` and `events` by time.
    public init(
        turns: [Turn], edits: [DraftEdit], events: [SessionEvent],
        settings: DraftSettings = DraftSettings()
    ) {
        let happenings = ChatHappenings(events)
        struct Draft: Hashable {
            var client: String
            var number: Int64
        }
        let drafts = Dictionary(grouping: edits) { Draft(client: $0.client ?? "", number: $0.turn) }
        var left = drafts.mapValues { (first: $0[0].time, last: $0[$0.count - 1].time) }
        var earlier: Instant?
        var answered: Instant?
        for turn in turns {
            guard turn.author == "participant" else {
                answered = turn.shown ?? turn.sent
                continue
            }
            // The draft whose writing ended last before the message was sent, and after the one before.
            let own = left.filter { _, times in
                times.last - turn.sent <= Self.slack && (earlier.map { times.last > $0 } ?? true)
            }.max { ($0.value.last, $0.key.number) < ($1.value.last, $1.key.number) }?.key
            var dynamics: DraftDynamics?
            if let own {
                left[own] = nil
                dynamics = DraftDynamics(
                    drafts[own] ?? [], sent: turn.sent, answered: answered,
                    compositions: happenings.compositions[own.client] ?? [],
                    insertions: happenings.insertions[own.client] ?? [], settings: settings)
            }
            messages.append(Message(turn: turn, dynamics: dynamics))
            earlier = turn.sent
        }
    }
}
