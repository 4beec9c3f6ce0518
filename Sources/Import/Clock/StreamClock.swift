/// What relates one sender's clock to the recorder's: a curve for each stretch over which the sender's clock went
/// on, since a computer that was started anew counts from another beginning.
struct StreamClock: Sendable {
    /// A stretch of one clock.
    struct Stretch: Sendable {
        var curve: OffsetCurve
        /// Times of the sender's clock at which it was first and last compared.
        var first: Double
        var last: Double
        /// Where in the file the first and the last comparison stand.
        var position: Int64
        var lastPosition: Int64
    }

    private(set) var stretches: [Stretch] = []
    /// Comparisons that contradict those around them, and are not used.
    private(set) var dropped = 0

    /// Clocks that differ by less than this are not told apart, in seconds.
    private static let leastStep = 0.1
    /// Nor are any that differ by more taken for one, however few comparisons there are to tell it by.
    private static let mostStep = 60.0
    /// Offsets of a stretch that a curve is fitted to; of more, some are left out evenly.
    private static let mostOffsets = 20_000

    /// - Parameter offsets: in the order of the file.
    init(_ offsets: [ClockOffset]) {
        let sound = offsets.filter {
            $0.time.isFinite && $0.offset.isFinite && abs($0.time) < StampCleaner.largest
                && abs($0.offset) < StampCleaner.largest
        }
        dropped = offsets.count - sound.count
        for part in parts(sound) { add(part) }
    }

    private mutating func add(_ part: [ClockOffset]) {
        var kept: [ClockOffset] = []
        let every = (part.count + Self.mostOffsets - 1) / max(1, Self.mostOffsets)
        for (place, offset) in part.sorted(by: { $0.time < $1.time }).enumerated()
        where every <= 1 || place % every == 0 {
            if let last = kept.last, offset.time - last.time < 1e-6 { continue }
            kept.append(offset)
        }
        guard let first = kept.first, let last = kept.last, let curve = OffsetCurve(kept) else {
            return
        }
        stretches.append(
            Stretch(
                curve: curve, first: first.time, last: last.time,
                position: part.map(\.position).min() ?? 0,
                lastPosition: part.map(\.position).max() ?? 0))
    }

    /// Splits the comparisons where the sender's clock began anew.
    private mutating func parts(_ offsets: [ClockOffset]) -> [[ClockOffset]] {
        let steps = zip(offsets.dropFirst(), offsets).map { abs($0.offset - $1.offset) }.sorted()
        // Of two the lesser, since a clock that began anew makes one of them.
        let usual = steps.isEmpty ? 0 : steps[(steps.count - 1) / 2] * 1.4826
        let limit = min(max(Self.leastStep, 20 * usual), Self.mostStep)
        let pauses = zip(offsets.dropFirst(), offsets).map { $0.recorded - $1.recorded }.sorted()
        let pause = max(60, 20 * (pauses.isEmpty ? 0 : pauses[pauses.count / 2]))
        var parts: [[ClockOffset]] = []
        var place = 0
        while place < offsets.count {
            let offset = offsets[place]
            guard let known = parts.last?.last else {
                // The first of all may be the one that is wrong.
                let next = offsets[(place + 1)...].prefix(3)
                let isAlone =
                    next.count == 3 && next.allSatisfy { abs($0.offset - offset.offset) > limit }
                    && spread(next) < limit
                if isAlone, !follows(next.first, offset, pause) {
                    dropped += 1
                } else {
                    parts.append([offset])
                }
                place += 1
                continue
            }
            // A clock that is 200 ppm off drifts away during a pause.
            let allowed = limit + 200e-6 * abs(offset.time - known.time)
            if abs(offset.offset - known.offset) <= allowed {
                parts[parts.count - 1].append(offset)
            } else {
                let next = offsets[(place + 1)...].prefix(3)
                let returns = next.count { abs($0.offset - known.offset) <= allowed }
                let stays = next.count { abs($0.offset - offset.offset) <= allowed }
                // The recorder's own clock went on whatever the sender's did: what contradicts that is no
                // comparison of two clocks.
                if returns > stays || !follows(offset, known, pause) {
                    dropped += 1
                } else {
                    parts.append([offset])
                }
            }
            place += 1
        }
        return parts
    }

    private func spread(_ offsets: ArraySlice<ClockOffset>) -> Double {
        let values = offsets.map(\.offset)
        return (values.max() ?? 0) - (values.min() ?? 0)
    }

    private func follows(_ later: ClockOffset?, _ earlier: ClockOffset, _ pause: Double) -> Bool {
        guard let later else { return false }
        let passed = later.recorded - earlier.recorded
        return passed > -1 && passed < pause
    }

    /// A chunk of samples whose stamps are earlier than those before.
    struct Setback: Hashable, Sendable {
        /// Where in the file the chunk stands.
        var position: Int64
        /// The stamp before it, and its first one.
        var before: Double
        var after: Double
        /// Chunks before it, and by how much the last of them came after the one before that.
        var chunks: Int
        var rise: Double
    }

    /// A life of the sender's clock before it was compared for the first time.
    private struct Unknown {
        /// Where in the file the next life begins.
        var end: Int64
        var stamps: ClosedRange<Double>
        /// Seconds to the recorder's clock, so that it ends right before the next life's first sample.
        var offset: Double
    }

    private var unknown: Unknown?

    /// Tells of samples that came before the first comparison, of a sender that then began anew: what the comparisons
    /// say holds for the later ones alone, which must not be pushed away by those before.
    /// - Parameters:
    ///   - first: the stamp of the very first sample.
    ///   - setbacks: where stamps go back.
    mutating func precede(by first: Double, _ setbacks: [Setback], step: Double) {
        let known = lives
        func isKnown(_ stamp: Double) -> Bool { known.contains { $0.contains(stamp) } }
        // One chunk alone, or one that lies far from those before it, may have a damaged stamp.
        guard !stretches.isEmpty, !isKnown(first),
            let end = setbacks.first(where: { isKnown($0.after) }), !isKnown(end.before),
            end.position < stretches[0].lastPosition, end.chunks > 1, abs(end.rise) < 600
        else { return }
        let offset = map(end.after, in: 0).time - max(step, 1e-6) - end.before
        unknown = Unknown(
            end: end.position, stamps: min(first, end.before)...max(first, end.before),
            offset: offset)
    }

    /// A stamp of the stream's beginning on the recorder's clock, in seconds.
    func beginning(_ stamp: Double) -> Double {
        guard let unknown, unknown.stamps.contains(stamp) else { return map(stamp, in: 0).time }
        return guess(stamp)
    }

    /// Whether a place of the file is in a life that was never compared, and whose times are guesses.
    func isUnknown(at position: Int64) -> Bool { unknown.map { position < $0.end } ?? false }

    /// A moment of the sender's clock on the recorder's, in the life that was never compared.
    func guess(_ time: Double) -> Double { time + (unknown?.offset ?? 0) }

    /// Times of the sender's clock in each of its lives, some more on both sides; none where it was never compared.
    var lives: [ClosedRange<Double>] {
        let known = stretches.map { ($0.first - 30)...($0.last + 30) }
        guard let stamps = unknown?.stamps else { return known }
        return [(stamps.lowerBound - 1)...(stamps.upperBound + 1)] + known
    }

    /// A moment of the sender's clock on the recorder's, in seconds, and the deviation of the estimate.
    /// - Parameter stretch: the place in `stretches`; where there is none, the clocks are taken to be one.
    func map(_ time: Double, in stretch: Int) -> (time: Double, deviation: Double) {
        guard stretches.indices.contains(stretch) else { return (time, 0) }
        let (offset, deviation) = stretches[stretch].curve.value(at: time)
        return (time + offset, deviation)
    }

    /// The stretch that a stamp belongs to, for stamps in the order of the file.
    /// - Parameters:
    ///   - current: the stretch of the stamp before; never is it an earlier one.
    ///   - step: the stamp less the one before, and less the stream's usual step.
    ///   - position: of the sample in the file.
    func stretch(
        of time: Double, after current: Int, step: Double, at position: Int64
    ) -> Int {
        var stretch = current
        while stretch + 1 < stretches.count {
            let (here, next) = (stretches[stretch], stretches[stretch + 1])
            // A clock that was set shows itself by a step of the stamps of just that size.
            let change =
                here.curve.value(at: here.last).offset - next.curve.value(at: next.first).offset
            // Comparisons are some seconds apart, so that it happens near the last one.
            if abs(step - change) < 0.2 * abs(change), time - step > here.last - 30 {
                return stretch + 1
            }
            let toHere = max(0, max(here.first - time, time - here.last))
            let toNext = max(0, max(next.first - time, time - next.last))
            if position < here.lastPosition {
                // It was recorded before the sender began anew.
                guard toNext < toHere, toHere > 60 else { break }
            } else if position > next.position {
                guard toNext <= toHere else { break }
            } else {
                guard toNext < toHere else { break }
            }
            stretch += 1
        }
        return stretch
    }
}
