import Glibc
import Link
import Logging
import SessionStore
import Synchronization
import SystemCalls
import Timebase

/// Follows one session live on a connection and a thread of its own, for all browsers that show it, and
/// ends by itself when none does any more.
final class SessionFollower: Sendable {
    let session: String
    private let thread = Mutex<DedicatedThread?>(nil)

    init(session: String) { self.session = session }

    func start(socketPath: String, hub: DashboardHub, log: Logger) throws(SystemError) {
        let started = try DedicatedThread(name: "live-session", stackSize: 4 << 20) {
            [weak hub, self] in
            FollowerLoop(follower: self, socketPath: socketPath, hub: hub, log: log).run()
        }
        thread.withLock { $0 = started }
    }

    /// Waits for the thread's end, once the hub has said that it is not needed.
    func join() {
        let ended = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        ended?.join()
    }
}

/// The follower thread's own state; lives and dies in that thread.
private final class FollowerLoop {
    private let follower: SessionFollower
    private let socketPath: String
    private weak var hub: DashboardHub?
    private let log: Logger
    private var decimator = LiveDecimator(origin: Instant(nanoseconds: 0))
    private var lastFlush = Instant(nanoseconds: 0)
    private var lastQuestion = Instant(nanoseconds: 0)

    /// Samples are handed on at most so often: about a screen's frame.
    private static let pause: Int64 = 15_000_000
    /// How often it is asked whether anybody still looks, and how long a connection may say nothing.
    private static let question: Int64 = 500_000_000

    init(follower: SessionFollower, socketPath: String, hub: DashboardHub?, log: Logger) {
        self.follower = follower
        self.socketPath = socketPath
        self.hub = hub
        self.log = log
    }

    func run() {
        while isNeeded(force: true) {
            do throws(ClientError) {
                try follow()
            } catch {
                // The daemon is away, or the session has ended; the station's state says which.
                log.debug("live signals of \(follower.session): \(error)")
            }
            usleep(300_000)
        }
    }

    private func isNeeded(force: Bool = false) -> Bool {
        let now = Clocks.now()
        guard force || now - lastQuestion >= Self.question else { return true }
        lastQuestion = now
        return hub?.isNeeded(follower) ?? false
    }

    private func follow() throws(ClientError) {
        do throws(LinkError) {
            let client = try VarlinkClient(path: socketPath, timeoutMilliseconds: 5000)
            let info: SessionInfo
            do throws(ClientError) {
                info = try client.call(
                    ControlInterface.GetSession.self, .init(session: follower.session)
                ).session
            } catch {
                if case .link(let error) = error { throw error }
                return
            }
            guard info.state == .recording, let started = info.startedNs else { return }
            decimator = LiveDecimator(origin: Instant(nanoseconds: started))
            try client.send(
                ControlInterface.Subscribe.name,
                ["session": .string(follower.session), "events": true], wantsMore: true)
            readFile(info.file)
            while isNeeded() {
                try take(client)
            }
        } catch {
            throw .link(error)
        }
    }

    /// Waits for the next piece, and hands on what waits when its time has come.
    private func take(_ client: VarlinkClient) throws(LinkError) {
        let now = Clocks.now()
        var wait = 250
        if !decimator.isEmpty {
            let left = Self.pause - (now - lastFlush)
            if left <= 0 { flush(now) } else { wait = Int(left / 1_000_000) + 1 }
        }
        guard let reply = try client.receive(waitingMilliseconds: wait) else { return }
        guard case .success(let value) = reply.result, reply.continues else {
            throw LinkError(.disconnected, "The session is not live any more.")
        }
        let item: StreamItem
        do throws(JSONMismatch) {
            item = try value.decode(ControlInterface.Subscribe.Reply.self).item
        } catch {
            return log.error("a live piece cannot be understood: \(error)")
        }
        switch item.kind {
        case .samples: decimator.take(item)
        case .event:
            if let entry = SessionLog.Entry(item) { hub?.add([entry], to: follower.session) }
        }
    }

    private func flush(_ now: Instant) {
        lastFlush = now
        hub?.broadcast("live", ["streams": .array(decimator.flush())], to: follower.session)
    }

    /// What was noted before anybody looked.
    private func readFile(_ path: String) {
        do throws(SessionStoreError) {
            let reader = try SessionReader.open(at: path, alignment: .recorded)
            let events = try reader.events(of: SessionLog.kinds)
            let phases = try reader.phases()
            try reader.close()
            let entries =
                events.filter { $0.client == nil || $0.kind == "alarm" }
                .compactMap { SessionLog.Entry($0) } + phases.map { SessionLog.Entry($0) }
            hub?.add(entries, to: follower.session)
        } catch {
            log.warning("what was noted in \(follower.session) before cannot be read: \(error)")
        }
    }
}
