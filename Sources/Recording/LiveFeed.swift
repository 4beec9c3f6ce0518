import Synchronization
import Timebase

/// Carries live samples and events from the sequencer to the control thread, which serves the
/// subscribers. Bounded: what does not fit is dropped and counted, for the feed never holds the
/// recording up.
final class LiveFeed: Sendable {
    struct Item: Sendable {
        enum Content: Sendable {
            /// Physical values, sample by sample.
            case samples(firstIndex: Int64, count: Int, period: Double, values: [Double])
            /// JSON.
            case event(String)
        }

        var session: UInt32
        var stream: String
        var time: Instant
        var bound: Int64
        var channels: [String]
        var content: Content
        /// When the bytes that made it reached the station.
        var arrival: Instant
    }

    private struct State {
        var followed: Set<UInt32> = []
        var items: [Item] = []
        /// Pieces that did not fit, by session and stream.
        var missed: [UInt32: [String: Int]] = [:]
    }

    static let capacity = 4096
    private let state = Mutex(State())
    private let notices: Mailbox<ControlNotice>

    init(notices: Mailbox<ControlNotice>) { self.notices = notices }

    /// Control thread: the sessions that somebody follows.
    func follow(_ sessions: Set<UInt32>) { state.withLock { $0.followed = sessions } }

    /// Sequencer: which sessions are worth the work.
    var followed: Set<UInt32> { state.withLock { $0.followed } }

    /// Sequencer: puts items in.
    func post(_ items: [Item]) {
        guard !items.isEmpty else { return }
        let wakes = state.withLock { state in
            let wasEmpty = state.items.isEmpty
            let room = max(0, Self.capacity - state.items.count)
            state.items.append(contentsOf: items.prefix(room))
            for item in items.dropFirst(room) {
                state.missed[item.session, default: [:]][item.stream, default: 0] += 1
            }
            return wasEmpty
        }
        if wakes { notices.post(.live) }
    }

    /// Control thread: takes what waits.
    func takeAll() -> (items: [Item], missed: [UInt32: [String: Int]]) {
        state.withLock { state in
            let taken = (state.items, state.missed)
            state.items = []
            state.missed = [:]
            return taken
        }
    }
}
