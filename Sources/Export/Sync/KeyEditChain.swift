import SessionStore
import Timebase

/// The likeliest way to pair presses and edits in order.
struct KeyEditChain {
    /// Places in both, ascending.
    var pairs: [(press: Int, edit: Int)] = []
    /// The usual lag in nanoseconds.
    var lag: Int64 = 0

    private struct Candidate {
        var press: Int
        var edit: Int
        var lag: Int64
        var fit: Double
    }

    /// Nanoseconds: how late an edit may come, how early (clocks are off by their bounds), and how far
    /// from the usual lag.
    private static let latest: Int64 = 1_000_000_000
    private static let earliest: Int64 = 100_000_000
    private static let behind: Int64 = 400_000_000
    private static let before: Int64 = 80_000_000
    /// Width of the bins in which the usual lag is looked for.
    private static let bin: Int64 = 2_000_000

    /// - Parameters:
    ///   - presses: by time; and so `edits`.
    init(_ presses: [Keystroke], _ edits: [DraftEdit]) {
        var candidates: [Candidate] = []
        var low = 0
        for (place, press) in presses.enumerated() {
            while low < edits.count, edits[low].time - press.pressed < -Self.earliest { low += 1 }
            var edit = low
            // More in a second no hand makes.
            while edit < min(edits.count, low + 100) {
                let lag = edits[edit].time - press.pressed
                if lag > Self.latest { break }
                let fit = KeyEditMatch.fit(press.keyClass, edits[edit].editClass)
                if fit > 0 {
                    candidates.append(Candidate(press: place, edit: edit, lag: lag, fit: fit))
                }
                edit += 1
            }
        }
        guard let usual = Self.usual(candidates) else { return }
        lag = usual
        // Once with the most frequent lag, once with the median of the pairs that it gave.
        for _ in 0..<2 {
            let likely = candidates.filter {
                $0.lag <= lag + Self.behind && $0.lag >= lag - Self.before
            }
            pairs = Self.best(likely, around: lag, edits: edits.count)
            let lags = pairs.map { edits[$0.edit].time - presses[$0.press].pressed }.sorted()
            if !lags.isEmpty { lag = lags[lags.count / 2] }
        }
    }

    /// The lag at which most candidates are: those of wrong pairs are spread over the times between
    /// presses, those of right ones lie together.
    private static func usual(_ candidates: [Candidate]) -> Int64? {
        guard !candidates.isEmpty else { return nil }
        let count = Int((latest + earliest) / bin) + 1
        var bins = [Double](repeating: 0, count: count)
        for candidate in candidates {
            let place = Int((candidate.lag + earliest) / bin)
            if bins.indices.contains(place) { bins[place] += candidate.fit }
        }
        // Smoothed over 20 ms to either side, with less weight farther off.
        let width = 10
        var best = (weight: -1.0, place: 0)
        for place in bins.indices {
            var weight = 0.0
            for offset in -width...width where bins.indices.contains(place + offset) {
                weight +=
                    bins[place + offset] * Double(width + 1 - abs(offset)) / Double(width + 1)
            }
            if weight > best.weight { best = (weight, place) }
        }
        return Int64(best.place) * bin - earliest + bin / 2
    }

    /// The chain of candidates, ascending on both sides, with the most weight: a pair weighs as much as
    /// it fits, and half of that where its lag is far from the usual one.
    private static func best(
        _ candidates: [Candidate], around usual: Int64, edits: Int
    ) -> [(press: Int, edit: Int)] {
        // By press, and within one from the last edit back, so that a press is used once.
        let sorted = candidates.sorted {
            $0.press != $1.press ? $0.press < $1.press : $0.edit > $1.edit
        }
        // The best chain that ends at an edit up to each, as a tree of sums (Fenwick 1994).
        var tree = [(weight: Double, candidate: Int)](repeating: (0, -1), count: edits + 1)
        var earlier = [Int](repeating: -1, count: sorted.count)
        var last = (weight: 0.0, candidate: -1)
        for (place, candidate) in sorted.enumerated() {
            var found = (weight: 0.0, candidate: -1)
            var node = candidate.edit
            while node > 0 {
                if tree[node].weight > found.weight { found = tree[node] }
                node -= node & -node
            }
            let off = Double((candidate.lag - usual).magnitude) / Double(behind)
            let weight = found.weight + candidate.fit * (1 - 0.5 * min(1, off))
            earlier[place] = found.candidate
            node = candidate.edit + 1
            while node <= edits {
                if weight > tree[node].weight { tree[node] = (weight, place) }
                node += node & -node
            }
            if weight > last.weight { last = (weight, place) }
        }
        var pairs: [(press: Int, edit: Int)] = []
        var place = last.candidate
        while place >= 0 {
            pairs.append((sorted[place].press, sorted[place].edit))
            place = earlier[place]
        }
        return pairs.reversed()
    }
}
