/// Corrects heartbeats that were found too much, missed or misplaced: the method of Kubios (Lipponen, J. A.,
/// and Tarvainen, M. P., 2019, A robust algorithm for heart rate variability time series artefact correction,
/// Journal of Medical Engineering and Technology 43(3), 173–181), step by step as NeuroKit2's
/// `signal_fixpeaks` (method `Kubios`, iterative).
///
/// NeuroKit2 cuts places that it corrects down to whole samples, which moves a beat by up to a sample each
/// time; here they stay where they were computed.
public struct BeatCorrection: Hashable, Sendable {
    /// A beat after the correction.
    public struct Beat: Hashable, Sendable {
        /// In seconds.
        public var time: Double
        /// Whether it stands where none was found: inserted, or moved.
        public var isPlaced = false
        /// Whether a beat between it and the one before was taken away.
        public var followsRemoved = false
        /// Whether the interval that ends with it is another than was found.
        public var isCorrected: Bool { isPlaced || followsRemoved }
    }

    /// What was found in one pass, as places among its beats.
    struct Artefacts: Hashable {
        var ectopic: [Int] = []
        var missed: [Int] = []
        var extra: [Int] = []
        var longOrShort: [Int] = []
        var count: Int { ectopic.count + missed.count + extra.count + longOrShort.count }
    }

    static let alpha = 5.2
    static let thresholdWidth = 91
    static let medianWidth = 11
    static let slope = 0.13
    static let intercept = 0.17

    /// In order.
    public private(set) var beats: [Beat]

    /// - Parameter times: seconds, in order, of beats without a gap between them.
    public init(_ times: [Double]) {
        beats = times.map { Beat(time: $0) }
        // Below this nothing can be told from its neighbours.
        guard beats.count > 3 else { return }
        var artefacts = Self.artefacts(of: beats.map(\.time))
        correct(artefacts)
        while true {
            let next = Self.artefacts(of: beats.map(\.time))
            guard next.count < artefacts.count else { return }
            artefacts = next
            correct(artefacts)
        }
    }

    // MARK: - Finding

    static func artefacts(of times: [Double]) -> Artefacts {
        var found = Artefacts()
        guard times.count > 3 else { return found }
        var lengths = [0.0] + zip(times, times.dropFirst()).map { $1 - $0 }
        lengths[0] = mean(lengths.dropFirst())
        var changes = [0.0] + zip(lengths, lengths.dropFirst()).map { $1 - $0 }
        changes[0] = mean(changes.dropFirst())
        normalise(&changes, by: threshold(changes))
        let (first, second) = neighbours(changes)
        let medians = RollingQuantiles.of(lengths, width: medianWidth, shares: [0.5])[0]
        var deviations = zip(lengths, medians).map { $0 < $1 ? 2 * ($0 - $1) : $0 - $1 }
        let limits = threshold(deviations)
        normalise(&deviations, by: limits)
        var place = 0
        while place < lengths.count - 2 {
            let change = changes[place]
            // NaN, where nothing varies around, is neither.
            if change.magnitude <= 1 {
                place += 1
                continue
            }
            let isEctopic =
                (change > 1 && first[place] < -slope * change - intercept)
                || (change < -1 && first[place] > -slope * change + intercept)
            if isEctopic {
                found.ectopic.append(place)
                place += 1
                continue
            }
            guard change.magnitude > 1 || deviations[place].magnitude > 3 else {
                place += 1
                continue
            }
            var candidates = [place]
            if changes[place + 1].magnitude < changes[place + 2].magnitude {
                candidates.append(place + 1)
            }
            for candidate in candidates {
                defer { place += 1 }
                let change = changes[candidate]
                let isLong = change > 1 && second[candidate] < -1
                let isShort = change < -1 && second[candidate] > 1
                guard isLong || isShort || deviations[candidate].magnitude > 3 else { continue }
                let length = lengths[candidate]
                let median = medians[candidate]
                let limit = limits[candidate]
                if isShort, (length + lengths[candidate + 1] - median).magnitude < limit {
                    found.extra.append(candidate)
                } else if isLong, (length / 2 - median).magnitude < limit {
                    found.missed.append(candidate)
                } else {
                    found.longOrShort.append(candidate)
                }
            }
        }
        return found
    }

    private static func mean(_ values: ArraySlice<Double>) -> Double {
        values.reduce(0, +) / Double(max(1, values.count))
    }

    /// Of the values' sizes around each place, α times half the distance between their quartiles.
    private static func threshold(_ values: [Double]) -> [Double] {
        let quartiles = RollingQuantiles.of(
            values.map(\.magnitude), width: thresholdWidth, shares: [0.25, 0.75])
        return zip(quartiles[0], quartiles[1]).map { alpha * (($1 - $0) / 2) }
    }

    private static func normalise(_ values: inout [Double], by limits: [Double]) {
        for place in values.indices {
            values[place] = limits[place] == 0 ? .nan : values[place] / limits[place]
        }
    }

    /// The two subspaces of the method: the larger (of negative changes the smaller) of both neighbours, and
    /// the smaller (the larger) of the next two.
    private static func neighbours(_ changes: [Double]) -> (first: [Double], second: [Double]) {
        let last = changes.count - 1
        // Beyond the ends as in a mirror.
        func change(_ place: Int) -> Double {
            changes[place < 0 ? -place : place > last ? 2 * last - place : place]
        }
        // As numpy's, NaN wins.
        func extreme(_ one: Double, _ other: Double, largest: Bool) -> Double {
            one.isNaN || other.isNaN ? .nan : largest ? max(one, other) : min(one, other)
        }
        var (first, second) = (changes.map { _ in 0.0 }, changes.map { _ in 0.0 })
        for place in changes.indices {
            let (before, next, following) = (
                change(place - 1), change(place + 1), change(place + 2)
            )
            if changes[place] > 0 {
                first[place] = extreme(before, next, largest: true)
            } else if changes[place] < 0 {
                first[place] = extreme(before, next, largest: false)
            }
            if changes[place] >= 0 {
                second[place] = extreme(next, following, largest: false)
            } else if changes[place] < 0 {
                second[place] = extreme(next, following, largest: true)
            }
        }
        return (first, second)
    }

    // MARK: - Correcting

    private mutating func correct(_ artefacts: Artefacts) {
        var artefacts = artefacts
        if !artefacts.extra.isEmpty {
            for place in artefacts.extra.reversed() {
                beats.remove(at: place)
                if place < beats.count { beats[place].followsRemoved = true }
            }
            for path in [\Artefacts.missed, \.ectopic, \.longOrShort] {
                Self.move(&artefacts[keyPath: path], behind: artefacts.extra, by: -1)
            }
        }
        if !artefacts.missed.isEmpty {
            // Between the beat before and the one that came too late.
            for place in artefacts.missed.reversed() where place > 1 && place < beats.count {
                let time = (beats[place - 1].time + beats[place].time) / 2
                beats.insert(Beat(time: time, isPlaced: true), at: place)
            }
            for path in [\Artefacts.ectopic, \.longOrShort] {
                Self.move(&artefacts[keyPath: path], behind: artefacts.missed, by: 1)
            }
        }
        centre(artefacts.ectopic)
        centre(artefacts.longOrShort)
    }

    /// Puts beats into the middle between their neighbours, all by where these stood before.
    private mutating func centre(_ places: [Int]) {
        let before = beats
        for place in places where place > 1 && place < before.count - 1 {
            beats[place] = Beat(
                time: (before[place - 1].time + before[place + 1].time) / 2, isPlaced: true)
        }
        beats.sort { $0.time < $1.time }
    }

    /// Keeps places right after others were removed or inserted.
    private static func move(_ places: inout [Int], behind sources: [Int], by step: Int) {
        for source in sources {
            for index in places.indices where places[index] > source { places[index] += step }
        }
        places = Array(Set(places)).sorted()
    }
}
