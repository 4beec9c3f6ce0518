import Web

/// How the researcher's pages are served.
public struct ConsoleSettings: Sendable {
    /// The daemon's socket.
    public var socketPath: String
    /// The chat's socket (`io.attune.Chat`).
    public var chatSocketPath: String
    /// Where sessions are kept; read only.
    public var dataDirectory: String
    /// The console's own files: accounts, outboxes and exports.
    public var stateDirectory: String
    /// The console's page.
    public var pagesDirectory: String
    /// The participant's page, whose modules show a session as the participant saw it.
    public var participantPagesDirectory: String
    /// The program that writes exports (attune); nil where it does not lie beside the console.
    public var exporter: String?
    public var place: WebPlace
    /// How long browsers stay signed in.
    public var times: SignInTimes
    /// Whether a link that lets one browser in is printed at the start.
    public var printsLink: Bool
    /// Who may read figures at `/metrics`; nil where nobody may.
    public var metrics: MetricsAccess?
    public var version: String

    public init(
        socketPath: String, chatSocketPath: String, dataDirectory: String, stateDirectory: String,
        pagesDirectory: String, participantPagesDirectory: String, place: WebPlace,
        times: SignInTimes = SignInTimes(), printsLink: Bool = true, version: String = "",
        exporter: String? = nil, metrics: MetricsAccess? = nil
    ) {
        self.socketPath = socketPath
        self.chatSocketPath = chatSocketPath
        self.dataDirectory = dataDirectory
        self.stateDirectory = stateDirectory
        self.pagesDirectory = pagesDirectory
        self.participantPagesDirectory = participantPagesDirectory
        self.place = place
        self.times = times
        self.printsLink = printsLink
        self.version = version
        self.exporter = exporter
        self.metrics = metrics
    }
}
