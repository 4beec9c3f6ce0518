import Measures
import SessionStore
import Timebase

/// How long after a key press its change came to a linked client's draft: from the kernel's stamp of the
/// press to the page's input event.
///
/// Presses have classes alone, so that pairs are found by class, order and time: among all ways to pair
/// them in order, the one with the most and likeliest pairs. What the likely lag is comes from the data
/// themselves, from the lag at which most presses have a fitting edit behind them. Left out are what no
/// single key makes (pastes, Suggestions, an input method's composing) and what a held key repeats.
/// Where much is missing on both sides, a lost press and a lost edit beside it can look like a pair with a
/// long lag: with a tenth missing on either side, some three of a hundred pairs are such.
public struct KeyLag: Sendable {
    public struct Pair: Hashable, Sendable {
        public var pressed: Instant
        /// Nanoseconds from the press to the edit; negative where the edit seems to come first.
        public var lag: Int64
        /// Bounds of both times together, nanoseconds.
        public var bound: Int64
    }

    /// The linked client.
    public var client: String
    /// By time.
    public var pairs: [Pair] = []
    /// Presses of keys that change a draft, while one was written.
    public var presses = 0
    /// Edits that a single key may have made.
    public var edits = 0
    public var unpairedPresses: Int { presses - pairs.count }
    public var unpairedEdits: Int { edits - pairs.count }
    /// Edits that a held key repeated, that an input method composed, that were put in otherwise.
    public var repeats = 0
    public var composed = 0
    public var putIn = 0

    /// Share of edits without a press, and the other way round, 0…1; nil where there are none.
    public var unpairedEditShare: Double? {
        edits > 0 ? Double(unpairedEdits) / Double(edits) : nil
    }
    public var unpairedPressShare: Double? {
        presses > 0 ? Double(unpairedPresses) / Double(presses) : nil
    }

    /// Nanoseconds, by the nearest rank; nil without pairs.
    public var median: Int64? { rank(0.5) }
    public var p95: Int64? { rank(0.95) }
    public var p99: Int64? { rank(0.99) }
    /// Median and largest of the pairs' bounds: no lag is known better.
    public var boundMedian: Int64? { Self.rank(pairs.map(\.bound), 0.5) }
    public var boundWorst: Int64? { pairs.map(\.bound).max() }
    /// Pairs whose edit comes before its press by more than the bounds allow: clocks that disagree.
    public var early: Int { pairs.count { $0.lag < -$0.bound } }

    private func rank(_ share: Double) -> Int64? { Self.rank(pairs.map(\.lag), share) }

    private static func rank(_ values: [Int64], _ share: Double) -> Int64? {
        guard !values.isEmpty else { return nil }
        let place = Int((share * Double(values.count)).rounded(.up)) - 1
        return values.sorted()[min(max(place, 0), values.count - 1)]
    }

    /// - Parameters:
    ///   - keys: of the participant's keyboards, in any order.
    ///   - edits: of this client's drafts, by time.
    ///   - compositions: when an input method composed; and `insertions` of Suggestions.
    public init(
        client: String, keys: [Keystroke], edits: [DraftEdit],
        compositions: [ClosedRange<Instant>] = [], insertions: [DraftInsertion] = []
    ) {
        self.client = client
        let presses = keys.filter { KeyEditMatch.changesDrafts($0.keyClass) }.sorted {
            ($0.pressed, $0.stream, $0.ordinal) < ($1.pressed, $1.stream, $1.ordinal)
        }
        var plain: [DraftEdit] = []
        let ranges = compositions.sorted { $0.lowerBound < $1.lowerBound }
        var range = 0
        for edit in edits {
            while range < ranges.count, ranges[range].upperBound < edit.time { range += 1 }
            if range < ranges.count, ranges[range].contains(edit.time) {
                composed += 1
            } else if edit.editClass == "paste"
                || insertions.contains(where: { $0.isThat(of: edit) })
            {
                putIn += 1
            } else {
                plain.append(edit)
            }
        }
        let chain = KeyEditChain(presses, plain)
        pairs = chain.pairs.map { press, edit in
            Pair(
                pressed: presses[press].pressed,
                lag: plain[edit].time - presses[press].pressed,
                bound: max(presses[press].bound, 0) &+ max(plain[edit].bound, 0))
        }
        let repeated = Self.repeats(chain.pairs, presses, plain)
        repeats = repeated.count
        self.edits = plain.count - repeated.count
        self.presses = Self.whileWritten(presses, plain, chain, compositions: ranges)
    }

    /// The edits without a press that came while the key of the edit before was held.
    private static func repeats(
        _ pairs: [(press: Int, edit: Int)], _ presses: [Keystroke], _ edits: [DraftEdit]
    ) -> Set<Int> {
        var repeats: Set<Int> = []
        for (place, pair) in pairs.enumerated() {
            let press = presses[pair.press]
            let lag = edits[pair.edit].time - press.pressed
            // The last repeat comes up to the lag after the release; without one nobody knows.
            guard let released = press.released.map({ $0 + max(lag, 0) + jitter }) else { continue }
            let end = place + 1 < pairs.count ? pairs[place + 1].edit : edits.count
            for edit in pair.edit + 1..<max(end, pair.edit + 1) {
                let time = edits[edit].time
                guard edits[edit].editClass == edits[pair.edit].editClass, time <= released else {
                    break
                }
                if time - press.pressed >= shortestDelay { repeats.insert(edit) }
            }
        }
        return repeats
    }

    /// How many presses fall into the writing of a draft, and not into an input method's composing; those
    /// that are paired always do.
    private static func whileWritten(
        _ presses: [Keystroke], _ edits: [DraftEdit], _ chain: KeyEditChain,
        compositions: [ClosedRange<Instant>]
    ) -> Int {
        // Longer without an edit, one may have typed elsewhere: into a questionnaire, another window.
        var written: [ClosedRange<Instant>] = []
        var before: DraftEdit?
        for edit in edits {
            if let last = written.last, let before, before.turn == edit.turn,
                edit.time - before.time <= longestBreak
            {
                written[written.count - 1] = last.lowerBound...max(last.upperBound, edit.time)
            } else {
                written.append(edit.time...edit.time)
            }
            before = edit
        }
        let paired = Set(chain.pairs.map(\.press))
        var (draft, composition) = (0, 0)
        var count = 0
        for (place, press) in presses.enumerated() {
            let expected = press.pressed + chain.lag
            while draft < written.count, written[draft].upperBound < expected { draft += 1 }
            while composition < compositions.count, compositions[composition].upperBound < expected
            {
                composition += 1
            }
            let isWriting =
                draft < written.count && written[draft].contains(expected)
                && press.keyClass != "enter"
            let isComposing =
                composition < compositions.count
                && compositions[composition].lowerBound + -jitter <= expected
            if paired.contains(place) || (isWriting && !isComposing) { count += 1 }
        }
        return count
    }

    /// Nanoseconds: how much lags differ, and after how long a held key repeats at the earliest.
    private static let jitter: Int64 = 60_000_000
    private static let shortestDelay: Int64 = 150_000_000
    /// Nanoseconds between two edits of one draft up to which it is written without a break.
    private static let longestBreak: Int64 = 5_000_000_000
}
