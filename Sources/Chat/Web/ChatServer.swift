import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Link
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import SystemCalls

/// Serves the participants' pages of all sessions that record, until it is told to end.
public struct ChatServer: Sendable {
    private let settings: ChatServerSettings
    private let log: Logger

    /// - Throws: `ChatError` where it must not be served so.
    public init(settings: ChatServerSettings, log: Logger) throws(ChatError) {
        try settings.check()
        self.settings = settings
        self.log = log
        do throws(SystemError) {
            try FileSystem.makeDirectories(settings.stateDirectory, mode: 0o700)
        } catch {
            throw ChatError(
                .file,
                "The chat's directory \(settings.stateDirectory) cannot be made: \(error). Name "
                    + "another one with --state.")
        }
        guard FileSystem.exists("\(settings.pagesDirectory)/index.html") else {
            throw ChatError(
                .file, "There is no page in \(settings.pagesDirectory): is the package whole?")
        }
    }

    /// Runs until SIGTERM or SIGINT.
    public func run() async throws {
        // One chat for a state directory: two would tell everything twice.
        let lock = try SocketLock(
            path: "\(settings.stateDirectory)/.attune-chat.lock",
            purpose: "directory \(settings.stateDirectory)")
        let station = try StationCaller(socketPath: settings.socketPath)
        let box = StoreBox()
        let links = try self.links(box)
        let surroundings = RoomSurroundings(
            links: links, station: station, settings: settings, models: ModelShelf(), log: log)
        let store = RoomStore(surroundings)
        box.set(store)
        let application = try application(store)
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: RoomStoreService(store: store)),
                .init(service: application),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        var failure: (any Error)?
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch {
            failure = error
        }
        await store.end()
        links.end()
        station.end()
        surroundings.models.close()
        withExtendedLifetime(lock) {}
        if let failure { throw explained(failure) }
    }

    private func links(_ box: StoreBox) throws -> RoomLinks {
        let settings = settings
        return try RoomLinks(socketPath: settings.socketPath, log: log) { links in
            try ChatService(
                path: settings.chatSocketPath, version: settings.version, links: links
            ) { method, parameters, answer in
                Task {
                    guard let store = box.store else {
                        return answer(.failure(.methodNotImplemented(method)))
                    }
                    answer(await store.answer(method, parameters))
                }
            }
        }
    }

    /// The web server tells of itself at a level of its own: its lines say nothing to an operator.
    private var quiet: Logger {
        var logger = log
        logger.logLevel = .warning
        return logger
    }

    private func application(_ store: RoomStore) throws -> some ApplicationProtocol {
        let isSecure = settings.tls != nil || settings.publicURL?.hasPrefix("https:") ?? false
        let routes = ChatRoutes(
            store: store, files: PageFiles(directory: settings.pagesDirectory), isSecure: isSecure,
            hasTLS: settings.tls != nil, publicURL: settings.publicURL)
        let connections = ConnectionCounts()
        let http = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [ConnectionGuard(connections)],
                idleTimeout: .seconds(60),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10,
                    maxHeaderFieldCount: 100)))
        var server = http
        if let tls = settings.tls {
            do {
                server = try .tls(http, tlsConfiguration: try Self.configuration(tls))
            } catch {
                throw ChatError(
                    .file,
                    "The certificate \(tls.certificatePath) or its key \(tls.keyPath) cannot be used: "
                        + "\(error)")
            }
        }
        let settings = settings
        return Application(
            router: routes.router(), server: server,
            configuration: .init(
                address: .hostname(settings.address.host, port: settings.address.port),
                availableConnectionsDelegate: MaximumAvailableConnections(1000)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? settings.address.port
                let address = Self.address(settings, port: port)
                await store.setAddress(address)
                ProgramOutput.line("Chat: \(address)")
            }, logger: quiet)
    }

    private static func configuration(
        _ tls: ChatServerSettings.TLS
    ) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(tls.certificatePath).map {
                .certificate($0)
            },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: tls.keyPath, format: .pem)))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        return configuration
    }

    /// How links begin.
    private static func address(_ settings: ChatServerSettings, port: Int) -> String {
        if let url = settings.publicURL {
            return url.hasSuffix("/") ? String(url.dropLast()) : url
        }
        var host = settings.address.host
        // Nobody can open "any address".
        if host == "0.0.0.0" || host == "::" { host = SelfSigned.hostName() ?? "localhost" }
        let scheme = settings.tls == nil ? "http" : "https"
        return "\(scheme)://\(ListenAddress(host: host, port: port))"
    }

    private func explained(_ error: any Error) -> any Error {
        if error is ChatError { return error }
        let text = "\(error)"
        guard text.contains("bind") || text.contains("ddress") else { return error }
        return ChatError(
            .address, "\(settings.address) cannot be listened on: \(text). Give another --listen.")
    }
}
