import Timebase

/// The session moves on to another phase of its protocol; the open phase, if any, ends there.
public struct PhaseChange: Hashable, Sendable {
    /// The phase that begins; nil ends the open one and begins none.
    public var name: String?
    public var time: Instant

    public init(name: String?, time: Instant) {
        self.name = name
        self.time = time
    }
}
