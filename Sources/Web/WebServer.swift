import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL

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
    ) throws(WebError) -> some ApplicationProtocol {
        let http = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [ConnectionGuard(ConnectionCounts())],
                idleTimeout: .seconds(60),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10,
                    maxHeaderFieldCount: 100)))
        var server = http
        if let tls = place.tls {
            do {
                server = try .tls(http, tlsConfiguration: try configuration(tls))
            } catch {
                throw WebError(
                    .file,
                    "The certificate \(tls.certificatePath) or its key \(tls.keyPath) cannot be used: "
                        + "\(error)")
            }
        }
        return Application(
            router: router, server: server,
            configuration: .init(
                address: .hostname(place.address.host, port: place.address.port),
                availableConnectionsDelegate: MaximumAvailableConnections(1000)),
            onServerRunning: { channel in
                await running(place.link(port: channel.localAddress?.port ?? place.address.port))
            }, logger: log)
    }

    /// Puts what went wrong with an address into words; other errors stay as they are.
    public static func explained(_ error: any Error, at place: WebPlace) -> any Error {
        if error is WebError { return error }
        let text = "\(error)"
        guard text.contains("bind") || text.contains("ddress") else { return error }
        return WebError(
            .address,
            "\(place.address) cannot be listened on: \(text). Give another --listen.")
    }

    private static func configuration(_ tls: WebTLS) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(tls.certificatePath).map {
                .certificate($0)
            },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: tls.keyPath, format: .pem)))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        return configuration
    }
}
