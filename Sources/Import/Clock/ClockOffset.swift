/// A measurement of how far a sender's clock was from the recorder's.
struct ClockOffset: Hashable, Sendable {
    /// When, on the sender's clock, in seconds.
    var time: Double
    /// Seconds from the sender's clock to the recorder's.
    var offset: Double
    /// Where in the file it stands: what stands before was recorded before, by some seconds.
    var position: Int64

    /// When, on the recorder's clock, in seconds.
    var recorded: Double { time + offset }
}
