import Timebase

/// One message of the chat.
public struct Turn: Hashable, Sendable {
    /// Counts the session's turns from 1; nil lets the store give the next number.
    public var number: Int64?
    /// `participant`, `client` (the simulated one) or another word.
    public var author: String
    public var text: String
    /// When its first key was pressed or its first part came; nil where unknown.
    public var composedFrom: Instant?
    public var sent: Instant
    /// When it stood on the participant's screen; nil until that is known, see `TurnShown`.
    public var shown: Instant?
    /// 95% bound of the error of its times, in nanoseconds.
    public var bound: Int64
    /// As in `SessionEvent`.
    public var client: String?
    public var clientSequence: Int64?

    public init(
        number: Int64? = nil, author: String, text: String, composedFrom: Instant? = nil,
        sent: Instant, shown: Instant? = nil, bound: Int64 = 0, client: String? = nil,
        clientSequence: Int64? = nil
    ) {
        self.number = number
        self.author = author
        self.text = text
        self.composedFrom = composedFrom
        self.sent = sent
        self.shown = shown
        self.bound = bound
        self.client = client
        self.clientSequence = clientSequence
    }
}
