import Timebase

/// Maps a commentary's time to the time of the session that was replayed, and back.
///
/// Forward there is exactly one answer: at each moment of the commentary the replay stood at one place.
/// Backward there may be none (the moment was skipped), one, or several (it was replayed, or paused on):
/// each is a stretch of the commentary, of no length where the replay ran past. Both are exact to the
/// nanosecond over pauses, seeks and rates, but for the rounding of a rate's products. A pure value.
public struct CommentaryMap: Hashable, Sendable {
    /// In the order of time; of several at the same moment the last one counts.
    public let moves: [CommentaryMove]
    /// The end of the commentary.
    public let end: Instant

    /// - Parameters:
    ///   - moves: in the order in which they were recorded; sorted by time here.
    ///   - end: of the commentary. Moves behind it never took effect.
    public init(_ moves: [CommentaryMove], end: Instant) {
        self.end = end
        let ordered = moves.enumerated().filter {
            $0.element.speech <= end && $0.element.rate.isFinite
        }.sorted { ($0.element.speech, $0.offset) < ($1.element.speech, $1.offset) }.map(\.element)
        var kept: [CommentaryMove] = []
        for move in ordered {
            if kept.last?.speech == move.speech { kept.removeLast() }
            kept.append(move)
        }
        self.moves = kept
    }

    /// What of the commentary the log covers; nil where the log is empty.
    public var range: ClosedRange<Instant>? { moves.first.map { $0.speech...end } }

    /// The row that governs a moment of the commentary; nil before the first, and behind the end.
    public func move(at speech: Instant) -> CommentaryMove? {
        guard speech <= end else { return nil }
        var low = 0
        var high = moves.count
        while low < high {
            let middle = (low + high) / 2
            if moves[middle].speech <= speech { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : moves[low - 1]
    }

    /// Where the replay was at a moment of the commentary; nil outside of the log.
    public func session(at speech: Instant) -> Instant? {
        move(at: speech)?.session(at: speech)
    }

    /// When a moment of the session was on the screen, in the order of the commentary.
    public func speech(of session: Instant) -> [ClosedRange<Instant>] {
        speech(from: session, to: session)
    }

    /// When the replay was within `from...to` of the session, in the order of the commentary. Stretches
    /// that meet are one.
    public func speech(from: Instant, to: Instant) -> [ClosedRange<Instant>] {
        guard from <= to else { return [] }
        var found: [ClosedRange<Instant>] = []
        for (index, move) in moves.enumerated() {
            let isLast = index + 1 == moves.count
            // A row governs up to the nanosecond before the next one.
            let last = isLast ? end : moves[index + 1].speech + -1
            guard move.speech <= last, let part = Self.part(of: move, to: last, from, to) else {
                continue
            }
            if let before = found.last, before.upperBound + 1 >= part.lowerBound {
                found[found.count - 1] = before.lowerBound...max(before.upperBound, part.upperBound)
            } else {
                found.append(part)
            }
        }
        return found
    }

    /// The part of a row's stretch in which the replay is within `from...to`.
    private static func part(
        of move: CommentaryMove, to last: Instant, _ from: Instant, _ to: Instant
    ) -> ClosedRange<Instant>? {
        let speed = move.speed
        guard speed != 0 else {
            return from <= move.session && move.session <= to ? move.speech...last : nil
        }
        let (enter, leave) =
            speed > 0
            ? (Double(from - move.session) / speed, Double(to - move.session) / speed)
            : (Double(to - move.session) / speed, Double(from - move.session) / speed)
        let length = Double(last - move.speech)
        // Half a step of the faster of the two clocks: a moment is met where the position rounds to it.
        let slack = max(0.5 / abs(speed), 0.5)
        guard enter <= length + slack, leave >= -slack else { return nil }
        let first = move.speech + Int64(min(max(enter.rounded(), 0), length))
        let end = move.speech + Int64(min(max(leave.rounded(), 0), length))
        return first <= end ? first...end : nil
    }

    /// How much of the session was on the screen at all: stretches of the session's clock, in order.
    public var replayed: [ClosedRange<Instant>] {
        var parts: [ClosedRange<Instant>] = []
        for (index, move) in moves.enumerated() {
            let last = index + 1 == moves.count ? end : moves[index + 1].speech + -1
            guard move.speech <= last else { continue }
            let other = move.session(at: last)
            parts.append(min(move.session, other)...max(move.session, other))
        }
        var merged: [ClosedRange<Instant>] = []
        for part in parts.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let before = merged.last, part.lowerBound <= before.upperBound {
                merged[merged.count - 1] =
                    before.lowerBound...max(before.upperBound, part.upperBound)
            } else {
                merged.append(part)
            }
        }
        return merged
    }
}
