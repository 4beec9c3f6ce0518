import Glibc
import Link
import Synchronization
import SystemCalls

/// A stand-in daemon: a real server on a real socket, in a thread of its own.
public final class DoubleDaemon: Sendable {
    public let path: String
    private let stopSignal: EventSignal
    private let thread: DedicatedThread
    private let counts: Counts

    final class Counts: Sendable {
        let connections = Atomic<Int>(0)
        let refused = Atomic<Int>(0)
        let closed = Atomic<Int>(0)
    }

    public static func interfaces() throws -> [InterfaceDescription] {
        [
            try InterfaceDescription(ControlInterface.text),
            try InterfaceDescription(LinkInterface.text),
        ]
    }

    public init(
        path: String, policy: AccessPolicy? = nil, mode: mode_t = 0o666,
        limits: ServerLimits = ServerLimits(), storePath: String? = nil,
        socket given: ListeningSocket? = nil
    ) throws {
        self.path = path
        let socket = try given ?? ListeningSocket(path: path, mode: mode)
        let interfaces = try DoubleDaemon.interfaces()
        let signal = try EventSignal()
        stopSignal = signal
        let counts = Counts()
        self.counts = counts
        thread = try DedicatedThread(name: "double", stackSize: 8 << 20) {
            do {
                try DoubleDaemon.run(
                    socket: socket, interfaces: interfaces,
                    policy: policy ?? AccessPolicy(watchGroups: [], controlGroups: []),
                    limits: limits, storePath: storePath, signal: signal, counts: counts)
            } catch {
                print("the stand-in daemon failed: \(error)")
            }
        }
    }

    /// Ends it and waits.
    public func stop() {
        stopSignal.raise()
        thread.join()
    }

    public var connections: Int { counts.connections.load(ordering: .acquiring) }
    public var refused: Int { counts.refused.load(ordering: .acquiring) }
    public var closed: Int { counts.closed.load(ordering: .acquiring) }

    private static func run(
        socket: ListeningSocket, interfaces: [InterfaceDescription], policy: AccessPolicy,
        limits: ServerLimits, storePath: String?, signal: EventSignal, counts: Counts
    ) throws {
        let server = try VarlinkServer(
            socket: socket,
            identity: ServiceIdentity(
                vendor: "Attune", product: "stand-in", version: "1", url: "https://example.org"),
            interfaces: interfaces, rules: ControlInterface.rules + LinkInterface.rules,
            policy: policy, limits: limits)
        let handler = DoubleHandler(store: try DoubleStore(path: storePath))
        server.handler = handler
        while true {
            var entries = [
                pollfd(fd: server.pollDescriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: signal.number, events: Int16(POLLIN), revents: 0),
            ]
            _ = unsafe poll(&entries, 2, 5)
            if entries[1].revents != 0 { return }
            try server.process()
            try handler.tick()
            counts.connections.store(server.connectionCount, ordering: .releasing)
            counts.refused.store(server.refusedConnections, ordering: .releasing)
            counts.closed.store(handler.closed.count, ordering: .releasing)
        }
    }
}
