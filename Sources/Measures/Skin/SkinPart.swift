import SessionStore
import Timebase

/// Tonic and phasic skin conductance of one stretch of a session, sample by sample.
///
/// Computed from the stretch and a margin on both sides, beyond which the filters have forgotten what was
/// before: after 100 s nothing above 10⁻⁹ of it is left.
public struct SkinPart: Sendable {
    /// Nanoseconds.
    public static let margin: Int64 = 100_000_000_000

    public private(set) var times: [Instant]
    /// Of the signal as `SkinCleaning` leaves it.
    public private(set) var components: SkinComponents
    /// As recorded, in the channel's unit; NaN where there is an artefact.
    private(set) var values: [Double]

    /// - Parameters:
    ///   - rate: samples a second, as the filters are to take it.
    ///   - artefacts: left out as if nothing had been recorded there.
    public init(
        _ reader: SessionReader, stream: Int64, channel: Int, rate: Double, from: Instant,
        to: Instant, artefacts: [Range<Instant>]
    ) throws {
        var window = try reader.window(
            stream, channel: channel, from: from + -Self.margin, to: to + Self.margin)
        let count = try reader.sampleCount(of: stream)
        var values = window.physical(0)
        window.columns = []
        for artefact in artefacts {
            let first = window.times.place(of: artefact.lowerBound)
            let end = window.times.place(of: artefact.upperBound)
            for place in first..<max(first, end) { values[place] = .nan }
        }
        let breaks = try reader.gaps(stream).compactMap { gap -> Int? in
            let place = gap.gap.afterIndex + 1 - window.firstIndex
            return place > 0 && place < Int64(window.count) ? Int(place) : nil
        }
        let all = SkinComponents(
            values, breaks: breaks, rate: rate,
            isWhole: (window.firstIndex == 0, window.firstIndex + Int64(window.count) == count),
            cleans: true)
        self.values = values
        times = window.times
        components = all
    }
}

extension [Instant] {
    /// The place of the first moment at or after another, where all are in order.
    public func place(of time: Instant) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] >= time { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
