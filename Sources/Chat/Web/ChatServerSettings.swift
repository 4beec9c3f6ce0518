/// How the participants' pages are served.
public struct ChatServerSettings: Sendable {
    /// Certificate and key, as PEM files.
    public struct TLS: Hashable, Sendable {
        public var certificatePath: String
        public var keyPath: String

        public init(certificatePath: String, keyPath: String) {
            self.certificatePath = certificatePath
            self.keyPath = keyPath
        }
    }

    /// The daemon's socket.
    public var socketPath: String
    /// The chat's own socket (`io.attune.Chat`).
    public var chatSocketPath: String
    /// A session's id, or its beginning; empty for all that record.
    public var session: String
    /// Where journals and outboxes are kept.
    public var stateDirectory: String
    /// The page's files.
    public var pagesDirectory: String
    public var address: ListenAddress
    public var tls: TLS?
    /// The beginning of links, where a proxy stands before the pages; nil for the address itself.
    public var publicURL: String?
    /// The persona of sessions without a protocol.
    public var persona: String
    /// Whether a link is printed for each session that begins.
    public var printsLinks: Bool
    /// How long an invitation can be used.
    public var linkSeconds: Int64
    /// Replies' delays are multiplied by this; 1 but for tests and demonstrations.
    public var replyPace: Double
    public var version: String

    public init(
        socketPath: String, chatSocketPath: String, session: String = "", stateDirectory: String,
        pagesDirectory: String, address: ListenAddress, tls: TLS? = nil, publicURL: String? = nil,
        persona: String = "distressed-client", printsLinks: Bool = false,
        linkSeconds: Int64 = 24 * 3600, replyPace: Double = 1, version: String = ""
    ) {
        self.socketPath = socketPath
        self.chatSocketPath = chatSocketPath
        self.session = session
        self.stateDirectory = stateDirectory
        self.pagesDirectory = pagesDirectory
        self.address = address
        self.tls = tls
        self.publicURL = publicURL
        self.persona = persona
        self.printsLinks = printsLinks
        self.linkSeconds = linkSeconds
        self.replyPace = replyPace
        self.version = version
    }

    /// Refuses what must not be served.
    /// - Throws: `ChatError` with what to do.
    public func check() throws(ChatError) {
        guard tls == nil, !address.isLoopback else { return }
        throw ChatError(
            .address,
            "\(address) can be reached from other machines, and what people write there would go over "
                + "the network for all to read. Give --tls-certificate and --tls-key, or "
                + "--tls-self-signed; or listen on 127.0.0.1 behind a proxy that does TLS, with "
                + "--public-url https://….")
    }
}
