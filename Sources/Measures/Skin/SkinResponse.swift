/// A skin conductance response: a hump of the phasic part.
public struct SkinResponse: Hashable, Sendable {
    /// Place of its top.
    public var peak: Int
    /// Place of the trough before it; nil where there is none.
    public var onset: Int?
    /// How far its top stands above the higher of the two lowest points beside it (prominence).
    public var height: Double
    /// How far it rises from its onset; nil without one.
    public var amplitude: Double?
}

extension SkinResponse {
    /// The responses of a phasic signal, as NeuroKit2's `eda_findpeaks` (method `neurokit`): its maxima
    /// whose prominence is at least a share of the largest one's.
    /// - Parameters:
    ///   - phasic: evenly spaced; NaN ends a stretch, and no response lies across one.
    ///   - share: of the largest prominence.
    public static func all(in phasic: [Double], share: Double = 0.1) -> [SkinResponse] {
        var found: [SkinResponse] = []
        for run in SkinComponents.runs(phasic, []) {
            let values = Array(phasic[run])
            let peaks = LocalMaxima.places(values)
            let troughs = LocalMaxima.places(values.map { -$0 })
            var next = 0
            for (peak, height) in zip(peaks, LocalMaxima.prominences(of: peaks, in: values)) {
                while next < troughs.count, troughs[next] < peak { next += 1 }
                let onset = next > 0 ? troughs[next - 1] : nil
                found.append(
                    SkinResponse(
                        peak: run.lowerBound + peak, onset: onset.map { run.lowerBound + $0 },
                        height: height, amplitude: onset.map { values[peak] - values[$0] }))
            }
        }
        let largest = found.map(\.height).max() ?? 0
        return found.filter { $0.height >= share * largest }
    }
}
