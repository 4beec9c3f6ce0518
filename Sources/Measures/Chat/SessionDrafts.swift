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

    /// Nanoseconds by which an edit may seem to come after the message that it became, beside the bounds of
    /// both times, and at most.
    private static let slack: Int64 = 20_000_000
    private static let mostSlack: Int64 = 1_000_000_000

    /// Reads a session's file.
    public init(
        _ reader: SessionReader, settings: DraftSettings = DraftSettings()
    ) throws(SessionStoreError) {
        self.init(
            turns: try reader.turns(), edits: try reader.draftEdits(),
            events: try reader.events(), phases: try reader.phases(), settings: settings)
    }

    /// - Parameters:
    ///   - turns: by the time of sending; and `edits`, `events` and `phases` by time.
    ///   - phases: a message is written in the phase in which it is sent: what is typed in an earlier one,
    ///     a task for instance, is no part of it.
    public init(
        turns: [Turn], edits: [DraftEdit], events: [SessionEvent], phases: [Phase] = [],
        settings: DraftSettings = DraftSettings()
    ) {
        let happenings = ChatHappenings(events)
        var next = 0
        var answered: Instant?
        for turn in turns {
            guard turn.author == "participant" else {
                answered = turn.shown ?? turn.sent
                continue
            }
            let phase = phases.last { $0.started <= turn.sent }?.started
            var own: [DraftEdit] = []
            while next < edits.count, Self.precedes(edits[next], turn) {
                if phase.map({ edits[next].time >= $0 }) ?? true { own.append(edits[next]) }
                next += 1
            }
            // The draft that was written last; a page that was loaded anew goes on with it.
            let draft = own.last?.turn
            own.removeAll { $0.turn != draft }
            let clients = Set(own.map { $0.client ?? "" })
            messages.append(
                Message(
                    turn: turn,
                    dynamics: DraftDynamics(
                        own, sent: turn.sent, answered: answered,
                        compositions: clients.flatMap { happenings.compositions[$0] ?? [] },
                        insertions: clients.flatMap { happenings.insertions[$0] ?? [] },
                        settings: settings)))
        }
    }

    private static func precedes(_ edit: DraftEdit, _ turn: Turn) -> Bool {
        let bounds = max(edit.bound, 0).addingReportingOverflow(max(turn.bound, 0))
        let allowed = bounds.overflow ? mostSlack : min(max(bounds.partialValue, slack), mostSlack)
        return edit.time <= turn.sent + allowed
    }
}
