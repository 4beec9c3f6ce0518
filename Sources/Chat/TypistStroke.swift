/// One movement of a scripted hand.
public struct TypistStroke: Hashable, Sendable {
    /// Milliseconds after the stroke before it.
    public var pauseMilliseconds: Int64
    /// What the program is given, when the key goes down.
    public var key: Key
    /// How long the key stays down.
    public var dwellMilliseconds: Int64

    public init(pauseMilliseconds: Int64, key: Key, dwellMilliseconds: Int64) {
        self.pauseMilliseconds = pauseMilliseconds
        self.key = key
        self.dwellMilliseconds = dwellMilliseconds
    }
}
