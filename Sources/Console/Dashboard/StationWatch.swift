import Link
import Logging
import Synchronization
import SystemCalls
import Timebase
import Web

/// Asks the daemon and the chat how they are, once for all browsers, and hands it to the hub.
///
/// Each kind of question has a connection of its own, so that one that takes long holds up no other.
final class StationWatch: Sendable {
    private let knowledge: Mutex<StationKnowledge>
    private let hub: DashboardHub
    private let log: Logger
    private let status: StationCaller
    private let details: StationCaller
    private let fitting: StationCaller
    private let chat: StationCaller

    /// Nanoseconds between two questions, with and without browsers; and between two looks at signals,
    /// in a fitting phase and else.
    private static let pause: UInt64 = 200_000_000
    private static let idlePause: UInt64 = 2_000_000_000
    private static let fittingPause: Int64 = 3_000_000_000
    private static let checkPause: Int64 = 10_000_000_000

    init(socketPath: String, chatSocketPath: String, hub: DashboardHub, log: Logger)
        throws(SystemError)
    {
        knowledge = Mutex(StationKnowledge(now: Clocks.now(), utc: Clocks.realtime()))
        self.hub = hub
        self.log = log
        status = try StationCaller(socketPath: socketPath)
        details = try StationCaller(socketPath: socketPath)
        fitting = try StationCaller(socketPath: socketPath)
        chat = try StationCaller(socketPath: chatSocketPath)
    }

    /// Runs until it is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.repeated { await self.askStatus() } }
            group.addTask { await self.repeated { await self.askDetails() } }
            group.addTask { await self.repeated { await self.askFitting() } }
            group.addTask { await self.repeated { await self.askChat() } }
            group.addTask { await self.repeated { self.publish() } }
        }
    }

    /// Ends the connections; nothing is asked any more.
    func end() {
        for caller in [status, details, fitting, chat] { caller.end() }
    }

    private func repeated(_ body: () async -> Void) async {
        while !Task.isCancelled {
            await body()
            let pause = hub.audience > 0 ? Self.pause : Self.idlePause
            // What comes is told at once: a pause without browsers ends with the first one.
            for _ in 0..<(pause / Self.pause) where !Task.isCancelled {
                try? await Task.sleep(nanoseconds: Self.pause)
                if hub.audience > 0 { break }
            }
        }
    }

    // MARK: - Asking

    private func askStatus() async {
        do throws(ClientError) {
            let reply = try await status.call(ControlInterface.GetStatus.self, .init())
            knowledge.withLock {
                $0.take(reply.status, at: Clocks.now(), utc: Clocks.realtime())
            }
        } catch {
            knowledge.withLock {
                $0.daemon.failed("\(error)", at: Clocks.now(), utc: Clocks.realtime())
            }
        }
    }

    private var recording: [String] {
        knowledge.withLock {
            ($0.status?.sessions ?? []).filter { $0.state == .recording }.map(\.id)
        }
    }

    private func askDetails() async {
        for session in recording {
            // A session that has just ended is gone; the next status says so.
            if let reply = try? await details.call(
                ControlInterface.GetProcedure.self, .init(session: session))
            {
                knowledge.withLock {
                    $0.sessions[session, default: .init()].procedure = reply.procedure
                }
            }
            if let reply = try? await details.call(
                ControlInterface.GetSession.self, .init(session: session))
            {
                knowledge.withLock {
                    $0.sessions[session, default: .init()].streams = reply.streams
                }
            }
        }
    }

    private func askFitting() async {
        guard hub.audience > 0 else { return }
        for session in recording {
            let now = Clocks.now()
            let isDue = knowledge.withLock { knowledge in
                let known = knowledge.sessions[session]
                let phase = known?.procedure?.phases.first { $0.name == known?.procedure?.phase }
                let pause = phase?.kind == "fitting" ? Self.fittingPause : Self.checkPause
                return known?.checkedNs.map { now.nanoseconds - $0 >= pause } ?? true
            }
            if isDue { await check(session) }
        }
    }

    /// Looks at a session's signals now.
    func check(_ session: String) async {
        let reply = try? await fitting.call(
            ControlInterface.CheckFitting.self, .init(session: session))
        knowledge.withLock { knowledge in
            guard knowledge.sessions[session] != nil else { return }
            if let reply { knowledge.sessions[session]?.checks = reply.checks }
            knowledge.sessions[session]?.checkedNs = Clocks.now().nanoseconds
        }
    }

    private func askChat() async {
        do throws(ClientError) {
            let reply = try await chat.call(ChatInterface.ListRooms.self, .init())
            knowledge.withLock { knowledge in
                knowledge.chat.answered(at: Clocks.now(), utc: Clocks.realtime())
                knowledge.chatAddress = reply.address
                knowledge.rooms = reply.rooms
            }
        } catch {
            knowledge.withLock {
                $0.chat.failed(
                    "The chat's server does not answer: is attune-chat running? (\(error))",
                    at: Clocks.now(), utc: Clocks.realtime())
                $0.rooms = []
            }
        }
    }

    // MARK: - Telling

    private func publish() {
        hub.tidy()
        guard hub.audience > 0 else { return }
        hub.broadcast("state", told())
    }

    /// All that is known.
    var known: StationKnowledge { knowledge.withLock { $0 } }

    /// All that is known, for pages.
    func told() -> JSONValue {
        let known = knowledge.withLock { $0 }
        do throws(JSONMismatch) {
            return try known.told(now: Clocks.now(), utc: Clocks.realtime())
        } catch {
            log.error("the station's state cannot be told: \(error)")
            return ["daemon": known.daemon.told]
        }
    }

    /// Takes an alarm off that is over.
    func dismiss(session: String, alarm: String) -> Bool {
        knowledge.withLock { $0.alarms.dismiss(session: session, alarm: alarm) }
    }

    /// Calls the chat.
    func callChat<Method: VarlinkMethod>(
        _ method: Method.Type, _ parameters: Method.Parameters
    ) async throws(ClientError) -> Method.Reply {
        try await chat.call(method, parameters)
    }
}
