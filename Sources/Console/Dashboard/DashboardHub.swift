import Link
import Logging
import NIOCore
import Synchronization
import SystemCalls
import Timebase

/// Hands what is known of the station to all browsers that follow it. Any thread may use it.
///
/// For each session that somebody shows there is one follower, whoever many show it.
final class DashboardHub: Sendable {
    private struct State {
        var next = 1
        var listeners: [Int: DashboardListener] = [:]
        var followers: [String: SessionFollower] = [:]
        var logs: [String: SessionLog] = [:]
        /// Followers whose threads are about to end.
        var retired: [SessionFollower] = []
        var isEnded = false
    }

    private let state = Mutex(State())
    private let socketPath: String
    private let log: Logger

    init(socketPath: String, log: Logger) {
        self.socketPath = socketPath
        self.log = log
    }

    /// How many browsers follow.
    var audience: Int { state.withLock { $0.listeners.count } }

    /// Whether somebody shows a session.
    func isShown(_ session: String) -> Bool {
        state.withLock { $0.listeners.values.contains { $0.session == session } }
    }

    /// - Parameter close: see `DashboardListener`.
    func listen(
        to session: String?, close: @escaping @Sendable () -> Void
    ) -> DashboardListener {
        state.withLock { state in
            let listener = DashboardListener(number: state.next, session: session, close: close)
            state.next += 1
            state.listeners[listener.number] = listener
            if let session, state.followers[session] == nil, !state.isEnded {
                let follower = SessionFollower(session: session)
                do throws(SystemError) {
                    try follower.start(socketPath: socketPath, hub: self, log: log)
                    state.followers[session] = follower
                } catch {
                    log.error("no thread for the signals of \(session): \(error)")
                }
            }
            return listener
        }
    }

    func leave(_ listener: DashboardListener) {
        state.withLock { $0.listeners[listener.number] = nil }
    }

    /// Sends an event to those who show a session, or to all.
    func broadcast(_ event: String, _ value: JSONValue, to session: String? = nil) {
        let sentNs = Clocks.now().nanoseconds
        let bytes = DashboardFrame.bytes(event: event, sentNs: sentNs, json: value.serialised)
        state.withLock { state in
            for listener in state.listeners.values
            where session == nil || listener.session == session {
                listener.send(bytes, sentNs: sentNs)
            }
        }
    }

    /// Lets go of browsers that take nothing any more, and of threads that have ended.
    func tidy() {
        let (stuck, retired) = state.withLock { state in
            let stuck = state.listeners.values.filter(\.follower.isStuck)
            for listener in stuck { state.listeners[listener.number] = nil }
            defer { state.retired = [] }
            return (stuck, state.retired)
        }
        for listener in stuck { listener.follower.end() }
        for follower in retired { follower.join() }
    }

    // MARK: - Followers

    /// A follower asks whether it is needed any more; where it is not, it is forgotten.
    func isNeeded(_ follower: SessionFollower) -> Bool {
        state.withLock { state in
            if !state.isEnded,
                state.listeners.values.contains(where: { $0.session == follower.session })
            {
                return true
            }
            if state.followers[follower.session] === follower {
                state.followers[follower.session] = nil
                state.logs[follower.session] = nil
            }
            state.retired.append(follower)
            return false
        }
    }

    /// What was noted in a session so far, for a browser that comes.
    func log(of session: String) -> JSONValue {
        state.withLock { $0.logs[session]?.told(all: true) ?? SessionLog().told(all: true) }
    }

    /// Adds what a session's file or its live events say.
    func add(_ entries: [SessionLog.Entry], to session: String) {
        let news = state.withLock { state in
            state.logs[session, default: SessionLog()].add(entries)
        }
        if !news.isEmpty { broadcast("log", SessionLog.told(news, all: false), to: session) }
    }

    /// Ends all that runs here.
    func end() {
        let listeners = state.withLock { state in
            state.isEnded = true
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.follower.end() }
    }
}
