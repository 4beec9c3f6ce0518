/// The slow and the quick part of skin conductance.
///
/// Both are Butterworth filters of order 2 at 0.05 Hz, applied in both directions: the quick (phasic) part
/// is what the high pass leaves, the slow (tonic) part what the low pass leaves. This is the default of
/// NeuroKit2's `eda_phasic` (Makowski et al. 2021; method `highpass`, as in BIOPAC's AcqKnowledge), on each
/// stretch without gaps for itself.
public struct SkinComponents: Hashable, Sendable {
    /// Hz.
    public static let cutoff = 0.05
    /// Seconds at both ends of a stretch that are left out, because the filter knows one side of them
    /// alone: its time constant, 1/(2π · 0.05 Hz).
    public static let edge = 3.1831

    /// As many as values were given; NaN where there is nothing to tell.
    public private(set) var tonic: [Double]
    public private(set) var phasic: [Double]

    /// - Parameters:
    ///   - values: samples of one channel, evenly spaced within each stretch. NaN is a missing value and
    ///     ends a stretch.
    ///   - breaks: places at which a new stretch begins, since samples are missing before.
    ///   - rate: samples a second.
    ///   - isWhole: whether the stretch really begins with the first value, and ends with the last. Else
    ///     there is more beyond, and no edge is left out there.
    ///   - cleans: whether each stretch goes through `SkinCleaning` first.
    public init(
        _ values: [Double], breaks: [Int] = [], rate: Double,
        isWhole: (start: Bool, end: Bool) = (true, true), cleans: Bool = false
    ) {
        tonic = [Double](repeating: .nan, count: values.count)
        phasic = tonic
        guard let low = SecondOrderSection.lowPass(cutoff: Self.cutoff, rate: rate),
            let high = SecondOrderSection.highPass(cutoff: Self.cutoff, rate: rate)
        else { return }
        let edge = Int((Self.edge * rate).rounded(.up))
        for run in Self.runs(values, breaks) {
            // One array after the other: at 1 kHz each has megabytes.
            let raw = run == values.indices ? values : Array(values[run])
            guard let part = cleans ? SkinCleaning.clean(raw, rate: rate) : raw else { continue }
            let first = run.lowerBound > 0 || isWhole.start ? run.lowerBound + edge : 0
            let last =
                run.upperBound < values.count || isWhole.end
                ? run.upperBound - edge : values.count
            guard first < last else { continue }
            for (section, path) in [
                (low, \SkinComponents.tonic), (high, \SkinComponents.phasic),
            ] {
                guard let filtered = ZeroPhaseFilter.apply(section, to: part) else { continue }
                self[keyPath: path].replaceSubrange(
                    first..<last,
                    with: filtered[first - run.lowerBound..<last - run.lowerBound])
            }
        }
    }

    /// The stretches of neighbouring values that are numbers.
    static func runs(_ values: [Double], _ breaks: [Int]) -> [Range<Int>] {
        let breaks = Set(breaks)
        var runs: [Range<Int>] = []
        var start: Int?
        for place in values.indices {
            if !values[place].isFinite || breaks.contains(place) {
                if let start, start < place { runs.append(start..<place) }
                start = values[place].isFinite ? place : nil
            } else if start == nil {
                start = place
            }
        }
        if let start { runs.append(start..<values.count) }
        return runs
    }
}
