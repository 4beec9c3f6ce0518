import Timebase

/// Where a replay stands: position = anchor + rate × time gone by since the anchor.
///
/// Pure: each call is told what time it is now, on any monotonic clock. A change of rate, a pause or
/// a seek sets a new anchor at the present position, so that no position is skipped or repeated.
/// Positions are instants of the recording's own clock and never leave `range`.
public struct ReplayClock: Hashable, Sendable {
    /// Rates that a replay may have.
    public static let rates: ClosedRange<Double> = 0.1...16

    /// The stretch that can be replayed.
    public private(set) var range: ClosedRange<Instant>
    /// Seconds of the recording in a second.
    public private(set) var rate: Double
    public private(set) var isPlaying = false
    /// The position at the moment `since`; the position itself while paused.
    private var anchor: Instant
    private var since: Instant

    /// A paused clock at the start of a range.
    public init(range: ClosedRange<Instant>, rate: Double = 1) {
        self.range = range
        self.rate = Self.allowed(rate)
        anchor = range.lowerBound
        since = Instant(nanoseconds: 0)
    }

    /// Where the replay stands.
    public func position(at now: Instant) -> Instant {
        guard isPlaying else { return anchor }
        // A clock that seems to go back must not turn the replay around.
        let elapsed = Double(max(0, now - since))
        return clamped(anchor + Int64(clamping: (elapsed * rate).rounded()))
    }

    /// When a position is or was reached, at the present rate; nil while paused.
    public func moment(of position: Instant) -> Instant? {
        guard isPlaying else { return nil }
        return since + Int64(clamping: (Double(position - anchor) / rate).rounded(.up))
    }

    public mutating func play(at now: Instant) {
        setAnchor(position(at: now), now)
        isPlaying = true
    }

    public mutating func pause(at now: Instant) {
        setAnchor(position(at: now), now)
        isPlaying = false
    }

    /// Goes to a position, exactly; to the nearest end where it lies outside `range`. Playing or
    /// paused stays as it was.
    public mutating func seek(to position: Instant, at now: Instant) {
        setAnchor(clamped(position), now)
    }

    /// Changes the rate from here on; rates outside `rates` become the nearest allowed one.
    public mutating func setRate(_ rate: Double, at now: Instant) {
        setAnchor(position(at: now), now)
        self.rate = Self.allowed(rate)
    }

    /// Changes what can be replayed, such as when a recording has grown.
    public mutating func setRange(_ range: ClosedRange<Instant>, at now: Instant) {
        // Up to the old end only: what came in since is played from there and not jumped over.
        let position = position(at: now)
        self.range = range
        setAnchor(clamped(position), now)
    }

    /// Pauses at the end of the range when it is reached.
    /// - Returns: whether the replay has just come to its end.
    public mutating func pauseAtEnd(_ now: Instant) -> Bool {
        guard isPlaying, position(at: now) >= range.upperBound else { return false }
        pause(at: now)
        return true
    }

    private mutating func setAnchor(_ position: Instant, _ now: Instant) {
        anchor = position
        since = now
    }

    private func clamped(_ position: Instant) -> Instant {
        min(max(position, range.lowerBound), range.upperBound)
    }

    private static func allowed(_ rate: Double) -> Double {
        rate.isNaN ? 1 : min(max(rate, rates.lowerBound), rates.upperBound)
    }
}
