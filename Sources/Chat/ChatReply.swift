/// What the other side says, and how long it takes to say it.
public struct ChatReply: Hashable, Sendable {
    public var text: String
    /// From the turn it answers to its being shown.
    public var delayMilliseconds: Int

    public init(text: String, delayMilliseconds: Int) {
        self.text = text
        self.delayMilliseconds = delayMilliseconds
    }
}
