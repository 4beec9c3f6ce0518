import Timebase

/// Finds, in the times of a stream with a rate, silences in which samples are missing beyond doubt.
///
/// The estimator finds losses by itself where enough samples lie between them; where two silences are near one
/// another it cannot tell them apart. What is only late catches up: so a silence counts where all that comes in the
/// next seconds is as late as its first sample.
struct SilenceFinder {
    struct Silence: Hashable {
        /// The first sample behind it.
        var place: Int
        /// How many samples are missing; nil where their number cannot be told from the time.
        var lost: Int64?
    }

    /// Seconds from one sample to the next.
    let step: Double

    /// Seconds, and samples, of silence that is looked at.
    private static let least = (seconds: 1.0, samples: 20.0)
    /// Seconds, and samples, over which lateness has to last.
    private static let view = (seconds: 2.0, samples: 16)
    /// Steps by which a sample may lie off the beat.
    private static let beat = 0.2

    /// - Parameters:
    ///   - times: in nanoseconds.
    ///   - last: the time before the first of them.
    func silences(_ times: [Int64], behind last: Int64?) -> [Silence] {
        let counted = onBeat(times)
        let known = Set(counted.map(\.place))
        let others = long(times, behind: last).filter { !known.contains($0.place) }
        return (counted + others).sorted { $0.place < $1.place }
    }

    /// Losses of any length, also where they stand so near one another, or to an end, that the estimator has too little
    /// to tell them by. They count where all times around lie on the beat, so that a missing sample shows, and where
    /// nothing behind catches up.
    private func onBeat(_ times: [Int64]) -> [Silence] {
        let jumps = times.indices.dropFirst().filter {
            seconds(from: times[$0 - 1], to: times[$0]) > 1.8 * step
        }
        let view = max(Self.view.samples, Int(min(1e6, Self.view.seconds / step)))
        let pieces = zip([0] + jumps, jumps + [times.count]).map { $0..<$1 }
        let beats = pieces.map { beat(times, $0, view) }
        var found: [Silence] = []
        for (number, place) in jumps.enumerated() {
            guard isOnBeat(beats[...number].lazy.reversed(), \.end),
                isOnBeat(beats[(number + 1)...], \.start)
            else { continue }
            let lost = seconds(from: times[place - 1], to: times[place]) / step - 1
            let count = lost.rounded()
            let stays = (place..<min(place + view, times.count)).allSatisfy { next in
                let passed = seconds(from: times[place - 1], to: times[next]) / step
                return passed - Double(next - place + 1) > count - Self.beat
            }
            if count >= 1, abs(lost - count) < Self.beat, stays {
                found.append(Silence(place: place, lost: Int64(clamping: count)))
            }
        }
        return found
    }

    /// Whether the samples of a piece lie on the beat at its two ends, and are too few to tell it.
    private struct Beat {
        var isFew = false
        var start: Bool
        var end: Bool
    }

    private func beat(_ times: [Int64], _ piece: Range<Int>, _ view: Int) -> Beat {
        Beat(
            isFew: piece.count < 4 || Double(piece.count) * step < 1,
            start: isOnBeat(times, piece.prefix(view)), end: isOnBeat(times, piece.suffix(view)))
    }

    /// Whether the next piece that tells lies on the beat at an end, and so do those before it that are too short.
    private func isOnBeat(
        _ beats: some Sequence<Beat>, _ end: KeyPath<Beat, Bool>
    ) -> Bool {
        for beat in beats {
            guard beat[keyPath: end] else { return false }
            if !beat.isFew { return true }
        }
        return false
    }

    /// Whether samples follow one another at the stream's rate.
    private func isOnBeat(_ times: [Int64], _ range: Range<Int>) -> Bool {
        guard let first = range.first else { return false }
        return range.allSatisfy { place in
            let passed = seconds(from: times[first], to: times[place]) / step
            return abs(passed - Double(place - first)) < Self.beat
        }
    }

    private func seconds(from earlier: Int64, to later: Int64) -> Double {
        Double(later.subtractingReportingOverflow(earlier).partialValue) / 1e9
    }

    /// Silences that are long.
    private func long(_ times: [Int64], behind last: Int64?) -> [Silence] {
        var found: [Silence] = []
        let limit = max(Self.least.seconds, Self.least.samples * step)
        let view = max(Self.view.samples, Int(min(1e6, Self.view.seconds / step)))
        for place in times.indices {
            guard let before = place > 0 ? times[place - 1] : last else { continue }
            let wait = seconds(from: before, to: times[place])
            guard wait > limit else { continue }
            let end = min(times.count, place + view)
            guard end - place >= Self.view.samples else { continue }
            var least = Double.infinity
            var most = -Double.infinity
            for next in place..<end {
                let passed = seconds(from: before, to: times[next])
                let excess = passed - Double(next - place + 1) * step
                // A further silence behind it says nothing of this one.
                if excess > wait + limit { break }
                least = min(least, excess)
                most = max(most, excess)
            }
            guard least >= 0.8 * (wait - step) else { continue }
            let count = (least / step).rounded()
            let isSharp = most - least < 0.2 * step && abs(least / step - count) < 0.2
            found.append(Silence(place: place, lost: isSharp ? Int64(clamping: count) : nil))
        }
        return found
    }
}
