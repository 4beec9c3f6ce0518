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
        /// Pieces of the same stream that did not fit in here just before it.
        var missedBefore = 0
    }

    private struct State {
        var followed: Set<UInt32> = []
        var items: [Item] = []
        /// Pieces that did not fit since the last one that did, by session and stream.
        var missed: [UInt32: [String: Int]] = [:]
    }

    static let capacity = 4096
    private let state = Mutex(State())
    private let notices: Mailbox<ControlNotice>

    init(notices: Mailbox<ControlNotice>) { self.notices = notices }

    /// Control thread: the sessions that somebody follows.
    func follow(_ sessions: Set<UInt32>) {
        state.withLock {
            $0.followed = sessions
            $0.missed = $0.missed.filter { sessions.contains($0.key) }
        }
    }

    /// Sequencer: which sessions are worth the work.
    var followed: Set<UInt32> { state.withLock { $0.followed } }

    /// Sequencer: puts items in.
    func post(_ items: [Item]) {
        guard !items.isEmpty else { return }
        let wakes = state.withLock { state in
            let wasEmpty = state.items.isEmpty
            let room = max(0, Self.capacity - state.items.count)
            for var item in items.prefix(room) {
                item.missedBefore =
                    state.missed[item.session]?.removeValue(forKey: item.stream) ?? 0
                state.items.append(item)
            }
            for item in items.dropFirst(room) {
                state.missed[item.session, default: [:]][item.stream, default: 0] += 1
            }
            return wasEmpty
        }
        if wakes { notices.post(.live) }
    }

    /// Control thread: takes what has waited longest, at most so many. Where more waits, another
    /// notice tells: with many subscribers, who gives orders is to be heard in between.
    func take(atMost count: Int) -> [Item] {
        let (items, isMore) = state.withLock { state in
            let taken = Array(state.items.prefix(count))
            state.items.removeFirst(taken.count)
            return (taken, !state.items.isEmpty)
        }
        if isMore { notices.post(.live) }
        return items
    }
}
