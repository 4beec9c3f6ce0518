/// How a chat in the terminal is run.
public struct ChatSettings: Sendable {
    /// The daemon's socket.
    public var socketPath: String
    /// The session, as `io.attune.Control` takes it; empty for the only one that records.
    public var session: String
    /// Where the outbox and the conversation are kept.
    public var stateDirectory: String
    /// Whether the text of draft edits is sent; only with the participant's consent.
    public var sendsDraftText: Bool
    /// Types by itself; nil where a person does.
    public var typist: Typist?
    /// A named pipe that takes the typist's keys; nil for none.
    public var keyboardPath: String?

    public init(
        socketPath: String, session: String, stateDirectory: String, sendsDraftText: Bool = false,
        typist: Typist? = nil, keyboardPath: String? = nil
    ) {
        self.socketPath = socketPath
        self.session = session
        self.stateDirectory = stateDirectory
        self.sendsDraftText = sendsDraftText
        self.typist = typist
        self.keyboardPath = keyboardPath
    }
}
