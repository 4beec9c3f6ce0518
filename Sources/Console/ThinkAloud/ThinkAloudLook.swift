import Timebase

/// What a think-aloud looks back on; never changes while it lasts.
struct ThinkAloudLook: Hashable, Sendable {
    /// Id of the commentary.
    var commentary: String
    /// Id of the session that is looked back on.
    var session: String
    var study: String
    var participant: String
    /// The start of that session, on its own clock.
    var started: Instant
    /// The end of its recording, on its own clock; nil where nobody saw it.
    var stopped: Instant?
    /// What can be replayed, in seconds since its start.
    var range: ClosedRange<Double>
    /// From the end of its recording to the commentary's start, in nanoseconds.
    var delay: Int64?
    /// When the commentary began, CLOCK_MONOTONIC.
    var commentaryStarted: Instant

    /// Seconds of a moment of the session's clock.
    func seconds(_ nanoseconds: Int64) -> Double {
        Double(nanoseconds - started.nanoseconds) / 1e9
    }

    /// A moment of the session's clock.
    func nanoseconds(_ seconds: Double) -> Int64 {
        started.nanoseconds + Int64(clamping: (seconds * 1e9).rounded())
    }

    /// A position that the replay can have.
    func clamped(_ seconds: Double) -> Double {
        min(max(seconds, range.lowerBound), range.upperBound)
    }

    /// Milliseconds from the end of the task to a moment of the commentary.
    func delayMs(at time: Instant) -> Int64? {
        delay.map { ($0 + (time - commentaryStarted)) / 1_000_000 }
    }
}
