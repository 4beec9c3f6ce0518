import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import SystemCalls

/// Serves at a socket that listens already: the service manager's, at which browsers wait while this
/// program is started again. Hummingbird's own server only binds addresses; the connections are its own.
struct InheritedServer<Connection: ServerChildChannel>: Service {
    /// The listening socket; owned by the server.
    let socket: Int32
    let connection: Connection
    let running: @Sendable (any Channel) async -> Void
    let log: Logger

    /// The connections that are open, to be told of the end.
    private final class OpenConnections: Sendable {
        private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

        func add(_ channel: any Channel) {
            channels.withLock { $0[ObjectIdentifier(channel)] = channel }
        }

        func remove(_ channel: any Channel) {
            channels.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) }
        }

        /// Has each end when its request is answered.
        func quiesce() {
            for channel in channels.withLock({ Array($0.values) }) {
                channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            }
        }
    }

    func run() async throws {
        let log = log
        let connection = connection
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AvailableConnectionsChannelHandler(
                            maxConnections: WebServer.mostConnections)
                    )
                }
            }
            .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .bind(socket) { channel in connection.setup(channel: channel, logger: log) }
        let open = OpenConnections()
        await withGracefulShutdownHandler {
            await running(server.channel)
            await withDiscardingTaskGroup { group in
                do {
                    try await server.executeThenClose { inbound in
                        for try await value in inbound {
                            open.add(value.channel)
                            group.addTask {
                                await connection.handle(value: value, logger: log)
                                open.remove(value.channel)
                            }
                        }
                    }
                } catch {
                    log.error("No more connections are taken: \(error)")
                }
            }
        } onGracefulShutdown: {
            // The service manager goes on listening.
            server.channel.close(promise: nil)
            open.quiesce()
        }
    }

    /// What answers a connection's requests, as Hummingbird's own application has it.
    static func answering(
        with responder: some HTTPResponder<WebRequestContext>, log: Logger
    ) -> HTTPChannelHandler.Responder {
        { request, writer, channel in
            let context = WebRequestContext(
                source: ApplicationRequestContextSource(channel: channel, logger: log))
            var response: Response
            do {
                response = try await responder.respond(to: request, context: context)
            } catch {
                log.debug("\(error)")
                response = Response(status: .internalServerError)
            }
            response.headers[.date] = UTCText.ofHead(
                Clocks.realtime() / 1_000_000_000)
            let body = try await writer.writeHead(response.head)
            try await response.body.write(body)
        }
    }
}
