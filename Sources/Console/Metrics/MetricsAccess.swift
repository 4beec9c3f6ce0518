import Glibc
import SystemCalls
import Web

/// Who may read the metrics.
public enum MetricsAccess: Hashable, Sendable {
    /// Programs of this machine, directly: nothing that a proxy passes on.
    case thisMachine
    /// Whoever shows the token that has this SHA-256.
    case token(hash: String)

    /// The fewest characters of a token.
    public static let shortest = 20

    /// - Parameters:
    ///   - tokenFile: a file that holds the token and nothing else; nil for this machine alone.
    ///   - place: where the pages are served.
    /// - Throws: `ConsoleError` with what to do.
    public init(tokenFile: String?, at place: WebPlace) throws(ConsoleError) {
        guard let tokenFile else {
            // To the console all that a proxy passes on comes from this machine.
            guard place.publicURL == nil else {
                throw ConsoleError(
                    .settings,
                    "A proxy stands before the pages (publicUrl), so that anybody's requests come from this "
                        + "machine: name a file with a token (metricsTokenFile) as well.")
            }
            self = .thisMachine
            return
        }
        self = .token(hash: Secret.hash(try Self.token(in: tokenFile)))
    }

    private static func token(in path: String) throws(ConsoleError) -> String {
        let text: String
        var facts = stat()
        do throws(SystemError) {
            text = try FileSystem.readText(path)
            try systemCall("stat", path) { unsafe stat(path, &facts) }
        } catch {
            throw ConsoleError(
                .settings, "The metrics' token \(path) cannot be read: \(error.reason).")
        }
        guard facts.st_mode & 0o007 == 0 else {
            throw ConsoleError(
                .settings,
                "The metrics' token \(path) can be read by everybody on this machine: chmod o= \(path)."
            )
        }
        let token = text.split(whereSeparator: \.isWhitespace)
        guard token.count == 1, let only = token.first, only.utf8.count >= shortest,
            only.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw ConsoleError(
                .settings,
                "\(path) has to hold one token of at least \(shortest) letters, digits and signs: "
                    + "openssl rand -hex 32 makes one.")
        }
        return String(only)
    }

    /// Whether a request may be answered.
    /// - Parameters:
    ///   - authorization: its field of that name.
    ///   - isLocal: whether its connection comes from this machine.
    ///   - host: what it was sent to, with or without a port.
    ///   - isRelayed: whether it names somebody for whom it is passed on.
    func admits(
        authorization: String?, isLocal: Bool, host: String?, isRelayed: Bool
    ) -> Bool {
        switch self {
        case .token(let hash):
            let parts = (authorization ?? "").split(separator: " ")
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
            // Of hashes nothing is learnt by how long comparing takes.
            return Secret.hash(String(parts[1])) == hash
        case .thisMachine:
            // A name that another site has pointed here is none of this machine's.
            let address = host.flatMap { ListenAddress($0) ?? ListenAddress("\($0):80") }
            return isLocal && !isRelayed && address?.isLoopback ?? false
        }
    }
}
