import Web

/// How the participants' pages are served.
public struct ChatServerSettings: Sendable {
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
    /// Where the pages are served.
    public var place: WebPlace
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
        pagesDirectory: String, place: WebPlace,
        persona: String = "distressed-client", printsLinks: Bool = false,
        linkSeconds: Int64 = 24 * 3600, replyPace: Double = 1, version: String = ""
    ) {
        self.socketPath = socketPath
        self.chatSocketPath = chatSocketPath
        self.session = session
        self.stateDirectory = stateDirectory
        self.pagesDirectory = pagesDirectory
        self.place = place
        self.persona = persona
        self.printsLinks = printsLinks
        self.linkSeconds = linkSeconds
        self.replyPace = replyPace
        self.version = version
    }
}
