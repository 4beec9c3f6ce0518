import Timebase

/// One row of the position log: from a moment of the commentary on, the replay is somewhere and goes on,
/// or stands.
public struct CommentaryMove: Hashable, Sendable {
    /// From when on, on the commentary's clock.
    public var speech: Instant
    /// Where the replay is then, on the clock of the session that is replayed.
    public var session: Instant
    /// Seconds of the session in a second of speech while playing; may be negative.
    public var rate: Double
    public var isPlaying: Bool
    /// Why: `start`, `play`, `pause`, `seek`, `rate`, `cue`, `end`, `stop`.
    public var cause: String
    /// On whose behalf: `participant`, `researcher`, `console`.
    public var by: String

    public init(
        speech: Instant, session: Instant, rate: Double, isPlaying: Bool, cause: String = "",
        by: String = ""
    ) {
        self.speech = speech
        self.session = session
        self.rate = rate
        self.isPlaying = isPlaying
        self.cause = cause
        self.by = by
    }

    /// Seconds of the session in a second of speech.
    var speed: Double { isPlaying ? rate : 0 }

    /// Where the replay is at a moment that this row governs.
    func session(at time: Instant) -> Instant {
        let moved = Double(time - speech) * speed
        // A whole day at 16 times is far from the ends of 64 bits.
        return session + Int64(clamping: moved.rounded())
    }
}
