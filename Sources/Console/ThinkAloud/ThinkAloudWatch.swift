import Link
import SystemCalls
import Timebase

/// Follows how a commentary stands with the daemon, which tells it at once. Confined to the links' thread.
final class ThinkAloudWatch {
    private let commentary: String
    private let tell: @Sendable (SessionState) -> Void
    private var client: VarlinkClient?
    private var nextAttempt = Clocks.now()

    /// Nanoseconds until a daemon that was away is asked again.
    private static let pause: Int64 = 500_000_000

    /// - Parameter tell: called with each state that it gets into.
    init(_ commentary: String, tell: @escaping @Sendable (SessionState) -> Void) {
        self.commentary = commentary
        self.tell = tell
    }

    var descriptor: Int32? { client?.descriptor }

    var millisecondsUntilDue: Int? {
        client == nil ? Int(max((nextAttempt - Clocks.now()) / 1_000_000 + 1, 0)) : nil
    }

    /// Connects where that is due, and reads what has come.
    func process(path: String) {
        do throws(LinkError) {
            if client == nil {
                guard Clocks.now() >= nextAttempt else { return }
                let fresh = try VarlinkClient(path: path, timeoutMilliseconds: 0)
                try fresh.send(
                    LinkInterface.WatchSession.name, ["session": .string(commentary)],
                    wantsMore: true)
                client = fresh
            }
            while let reply = try client?.receive(waitingMilliseconds: 0) { take(reply) }
        } catch {
            lose()
        }
    }

    private func take(_ reply: VarlinkReply) {
        if case .success(let parameters) = reply.result,
            let session = try? parameters["session"]?.decode(LinkSession.self)
        {
            tell(session.state)
        }
        if !reply.continues { lose() }
    }

    private func lose() {
        client = nil
        nextAttempt = Clocks.now() + Self.pause
    }
}
