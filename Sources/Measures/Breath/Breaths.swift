/// Breaths of a respiration signal, as NeuroKit2 finds them (`rsp_clean` and `rsp_findpeaks`, method
/// `khodadad2018`; Khodadad, D., et al., 2018, Optimized breath detection algorithm in electrical impedance
/// tomography, Physiological Measurement 39(9), 094001).
public enum Breaths {
    /// The highest or lowest place between two crossings of zero.
    struct Extreme: Hashable, Sendable {
        var place: Int
        var value: Double
    }

    /// The signal between 0.05 and 3 Hz: a Butterworth band pass of order 2, in both directions.
    /// - Parameters:
    ///   - values: evenly spaced, without NaN.
    ///   - rate: samples a second; more than 6.
    public static func clean(_ values: [Double], rate: Double) -> [Double]? {
        Butterworth.bandPass(low: 0.05, high: 3, rate: rate)
            .flatMap { ZeroPhaseFilter.apply($0, to: values) }
    }

    /// Places of troughs, where breathing in begins, and of the peaks behind them.
    /// - Parameter cleaned: as `clean` leaves it.
    public static func find(in cleaned: [Double]) -> (troughs: [Int], peaks: [Int]) {
        choose(extremes(in: cleaned).map(\.extreme))
    }

    /// The extremes between crossings of zero, each with the place of the crossing before it.
    static func extremes(in cleaned: [Double]) -> [(crossing: Int, extreme: Extreme)] {
        var crossings: [(place: Int, rises: Bool)] = []
        for place in 0..<max(0, cleaned.count - 1) {
            if cleaned[place] < 0, cleaned[place + 1] > 0 { crossings.append((place, true)) }
            if cleaned[place] > 0, cleaned[place + 1] < 0 { crossings.append((place, false)) }
        }
        return zip(crossings, crossings.dropFirst()).map { crossing, next in
            var best = crossing.place
            for place in crossing.place..<next.place {
                let isBetter =
                    crossing.rises
                    ? cleaned[place] > cleaned[best] : cleaned[place] < cleaned[best]
                if isBetter { best = place }
            }
            return (crossing.place, Extreme(place: best, value: cleaned[best]))
        }
    }

    /// Of all extremes of a signal those that are breaths: 0.3 times the median way from one to the next or
    /// more, and one up, one down.
    static func choose(_ extremes: [Extreme]) -> (troughs: [Int], peaks: [Int]) {
        let ways = zip(extremes, extremes.dropFirst()).map { ($1.value - $0.value).magnitude }
        let median = ClusterMean.quantile(ways.sorted(), 0.5)
        var kept = zip(extremes, ways).filter { $0.1 > 0.3 * median }.map(\.0)
        let signs = zip(kept, kept.dropFirst()).map { Self.sign($1.value - $0.value) }
        let odd = zip(signs, signs.dropFirst()).enumerated()
            .filter { $0.element.0 + $0.element.1 != 0 }.map { $0.offset + 1 }
        for place in odd.reversed() { kept.remove(at: place) }
        guard kept.count > 1 else { return ([], []) }
        // From a trough to a peak.
        if kept[0].value > kept[1].value { kept.removeFirst() }
        if kept.count > 1, kept[kept.count - 1].value < kept[kept.count - 2].value {
            kept.removeLast()
        }
        let troughs = stride(from: 0, to: max(0, kept.count - 1), by: 2).map { kept[$0].place }
        let peaks = stride(from: 1, to: kept.count, by: 2).map { kept[$0].place }
        return (troughs, peaks)
    }

    private static func sign(_ value: Double) -> Int { value > 0 ? 1 : value < 0 ? -1 : 0 }
}
