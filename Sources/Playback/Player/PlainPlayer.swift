import SessionStore
import SystemCalls
import Timebase

/// Plays a session as lines of text, one for each thing that happens: time in seconds, kind, text,
/// separated by tabs. Blocks the calling thread.
public struct PlainPlayer {
    /// What a recording that goes on may still bring of the past, in nanoseconds: clients send a
    /// little late, and commits are a quarter of a second apart.
    private static let holdBack: Int64 = 1_000_000_000

    private let timeline: SessionTimeline
    private let from: Instant
    private let until: Instant?
    private let speed: Double

    /// - Parameters:
    ///   - speed: seconds of the session in a second; 0 for all at once, which also ends at the
    ///     present end of a recording that goes on.
    ///   - from: nanoseconds after the session's start; nil for all there is.
    ///   - until: where to end, exclusive.
    public init(timeline: SessionTimeline, speed: Double, from: Int64? = nil, until: Int64? = nil) {
        self.timeline = timeline
        self.speed = speed
        self.from = from.map { timeline.start + $0 } ?? timeline.range.lowerBound
        self.until = until.map { timeline.start + $0 }
    }

    /// Hands out the lines at their time, each with what it tells of.
    public func run(_ write: (String, Happening) throws -> Void) throws {
        let began = Clocks.now()
        var next = from
        while true {
            let isLast = speed <= 0 || !timeline.isLive
            let known = timeline.range.upperBound + (isLast ? 1 : -Self.holdBack)
            let end = until.map { min($0, known) } ?? known
            try timeline.forEachHappening(from: next, to: end) { happening in
                try wait(for: happening.time, since: began)
                try write(Self.line(happening, start: timeline.start), happening)
                return true
            }
            next = max(next, end)
            if isLast || until.map({ next >= $0 }) ?? false { return }
            try Pause.sleep(nanoseconds: Player.refreshInterval)
            do throws(SessionStoreError) {
                try timeline.refresh()
            } catch {
                // The recording may just have been replaced by its finished form.
                try timeline.reopen()
            }
        }
    }

    static func line(_ happening: Happening, start: Instant) -> String {
        "\(TimeText.seconds(happening.time - start))\t\(happening.kind.name)\t\(happening.line)"
    }

    private func wait(for time: Instant, since began: Instant) throws(SystemError) {
        guard speed > 0 else { return }
        let due = began + Int64(clamping: (Double(time - from) / speed).rounded())
        try Pause.sleep(nanoseconds: due - Clocks.now())
    }
}
