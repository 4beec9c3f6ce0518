import Glibc
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import SystemCalls

/// A web server with the limits that pages for people need: slow clients, many connections and large
/// heads are refused before any route sees them.
public enum WebServer {
    /// - Parameters:
    ///   - place: where it is served; see `WebPlace.check()`.
    ///   - running: told how links begin, once connections are taken.
    /// - Throws: `WebError` where the certificate cannot be used.
    public static func application(
        _ router: Router<WebRequestContext>, at place: WebPlace, log: Logger,
        running: @escaping @Sendable (_ address: String) async -> Void
    ) throws(WebError) -> any Service {
        let limits = HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionGuard(ConnectionCounts())],
            idleTimeout: .seconds(60),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10,
                maxHeaderFieldCount: 100))
        let life = SignOfLife(loops: EventLoopGroupProvider.singleton.eventLoopGroup, log: log)
        let begin: @Sendable (any Channel) async -> Void = { channel in
            await running(place.link(port: channel.localAddress?.port ?? place.address.port))
            life.begin()
        }
        if let socket = place.socket {
            return try inherited(socket, router, limits, place, life, begin, log)
        }
        let http = HTTPServerBuilder.http1(configuration: limits)
        var server = http
        if let tls = place.tls {
            let configuration = try configuration(tls)
            do {
                server = try .tls(http, tlsConfiguration: configuration)
            } catch {
                throw WebError(.file, "TLS cannot be served: \(error)")
            }
        }
        return Application(
            router: router, server: server,
            configuration: .init(
                address: .hostname(place.address.host, port: place.address.port),
                availableConnectionsDelegate: MaximumAvailableConnections(mostConnections)),
            services: [life],
            onServerRunning: begin, logger: log)
    }

    /// Connections that are taken at once.
    static let mostConnections = 1000

    /// A server at a socket that listens already.
    private static func inherited(
        _ socket: Int32, _ router: Router<WebRequestContext>, _ limits: HTTP1Channel.Configuration,
        _ place: WebPlace, _ life: SignOfLife,
        _ running: @escaping @Sendable (any Channel) async -> Void, _ log: Logger
    ) throws(WebError) -> any Service {
        let http = HTTP1Channel(
            responder: InheritedServer<HTTP1Channel>.answering(
                with: router.buildResponder(), log: log), configuration: limits)
        guard let tls = place.tls else {
            return ServedPages(
                server: InheritedServer(
                    socket: socket, connection: http, running: running, log: log), life: life)
        }
        let configuration = try configuration(tls)
        do {
            return ServedPages(
                server: InheritedServer(
                    socket: socket,
                    connection: try TLSChannel(http, tlsConfiguration: configuration),
                    running: running, log: log), life: life)
        } catch {
            throw WebError(.file, "TLS cannot be served: \(error)")
        }
    }

    /// Puts what went wrong with an address into words; other errors stay as they are.
    public static func explained(_ error: any Error, at place: WebPlace) -> any Error {
        if error is WebError { return error }
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE:
            return WebError(
                .taken,
                "Another program serves at \(place.address): stop that one, or give another address with "
                    + "--listen.")
        case EADDRNOTAVAIL:
            return WebError(
                .taken,
                "This machine does not have the address \(place.address.host): wait until its network is "
                    + "there, or give another one with --listen.")
        case EACCES:
            return WebError(
                .address,
                "\(place.address) may not be listened on by this user: give a port from 1024 on with "
                    + "--listen.")
        default: break
        }
        guard "\(error)".contains("ddress") else { return error }
        return WebError(
            .taken,
            "\(place.address) cannot be listened on: \(error). Give another address with --listen.")
    }

    /// What a certificate and its key make.
    /// - Throws: `WebError` with which of the two cannot be used, and why.
    static func configuration(_ tls: WebTLS) throws(WebError) -> TLSConfiguration {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(tls.certificatePath)
        } catch {
            throw WebError(.file, unreadable("certificate", tls.certificatePath, error))
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: tls.keyPath, format: .pem)
        } catch {
            throw WebError(.file, unreadable("key", tls.keyPath, error))
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        do {
            // Here it is seen whether the two fit.
            _ = try NIOSSLContext(configuration: configuration)
        } catch {
            throw WebError(
                .file,
                "The key \(tls.keyPath) does not fit the certificate \(tls.certificatePath): give the two "
                    + "that belong together.")
        }
        return configuration
    }

    private static func unreadable(_ what: String, _ path: String, _ error: any Error) -> String {
        do throws(SystemError) {
            _ = try FileSystem.read(path)
        } catch {
            return "The \(what) \(path) cannot be read: \(error.reason)."
        }
        return "The \(what) \(path) cannot be used: it has to be PEM"
            + (what == "key" ? ", without a password." : ".")
    }
}
