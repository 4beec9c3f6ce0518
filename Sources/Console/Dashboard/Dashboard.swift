import HTTPTypes
import Hummingbird
import Link
import Logging
import NIOCore
import SystemCalls
import Web

/// The operator's dashboard: the state of the station, live signals, and all that is done in a session.
///
/// Made once; what it runs ends with it.
final class Dashboard: ConsoleSection {
    let surroundings: ConsoleSurroundings
    let hub: DashboardHub
    let watch: StationWatch
    /// What operators ask for, apart from everybody else's questions.
    let commands: StationCaller
    private let watching: Task<Void, Never>

    /// Everybody who may look, and who may act.
    static let lookers: Set<Role> = [.operator, .researcher]
    static let actors: Set<Role> = [.operator]
    /// Bytes that the kernel may hold for one browser.
    private static let sendBuffer = 128 << 10

    init(surroundings: ConsoleSurroundings) throws(SystemError) {
        self.surroundings = surroundings
        let settings = surroundings.settings
        let hub = DashboardHub(socketPath: settings.socketPath, log: surroundings.log)
        let watch = try StationWatch(
            socketPath: settings.socketPath, chatSocketPath: settings.chatSocketPath, hub: hub,
            log: surroundings.log)
        commands = try StationCaller(socketPath: settings.socketPath)
        self.hub = hub
        self.watch = watch
        watching = Task { await watch.run() }
    }

    deinit {
        watching.cancel()
        hub.end()
    }

    func addRoutes(to router: ConsoleRouter) {
        // The routes hold the dashboard: what runs for it ends when they do.
        router.get("api/dashboard/stream", Self.lookers) { [self] call in
            let channel = call.context.channel
            // Who stopped reading shall not find a minute of old signals: the rest waits in the queue,
            // which forgets the oldest.
            _ = channel.setOption(.socketOption(.so_sndbuf), value: Self.sendBuffer)
            let session = call.query("session").flatMap { $0.isEmpty ? nil : $0 }
            let last = HTTPField.Name("last-event-id").flatMap { call.request.headers[$0] }
            return DashboardStream(hub: hub, watch: watch).response(
                session: session.map { String($0.prefix(64)) },
                lastNs: last.flatMap { Int64($0) }, close: { channel.close(promise: nil) })
        }
        router.post("api/dashboard/clock", Self.lookers, isPolled: true) { _ in
            let received = Clocks.now().nanoseconds
            return ConsoleAnswer.json([
                "received_ns": .integer(received), "sent_ns": .integer(Clocks.now().nanoseconds),
            ])
        }
        addProcedureRoutes(to: router)
        addStartRoutes(to: router)
    }
}
