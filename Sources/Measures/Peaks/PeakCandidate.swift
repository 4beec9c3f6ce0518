/// A stretch of a signal in which there may be a heartbeat.
struct PeakCandidate: Hashable, Sendable {
    /// The last place before it, and the last one in it.
    var begin: Int
    var end: Int
    /// The most prominent maximum in it; nil where it has none.
    var peak: Int?
    /// Where between two samples the parabola through the peak and its neighbours has its top, -0.5…0.5.
    var offset = 0.0
    /// The same of the most prominent minimum.
    var low: Int?
    var lowOffset = 0.0

    /// The candidate of the signal upside down.
    var turned: PeakCandidate {
        var turned = self
        (turned.peak, turned.low) = (low, peak)
        (turned.offset, turned.lowOffset) = (lowOffset, offset)
        return turned
    }

    /// The stretches in which one signal is above another, each with its most prominent maximum.
    ///
    /// One that begins before the first value, or ends behind the last, is none.
    static func all(
        in signal: [Double], where isAbove: (Int) -> Bool
    ) -> [PeakCandidate] {
        var candidates: [PeakCandidate] = []
        var begin: Int?
        var was = signal.isEmpty ? false : isAbove(0)
        for place in 1..<max(1, signal.count) {
            let now = isAbove(place)
            if now, !was { begin = place - 1 }
            if was, !now, let start = begin {
                candidates.append(PeakCandidate(start, place - 1, in: signal))
                begin = nil
            }
            was = now
        }
        return candidates
    }

    private init(_ begin: Int, _ end: Int, in signal: [Double]) {
        self.begin = begin
        self.end = end
        let part = Array(signal[begin..<end])
        if let top = Self.mostProminent(part).map({ begin + $0 }) {
            peak = top
            offset = Self.offset(of: top, in: signal)
        }
        if let bottom = Self.mostProminent(part.map { -$0 }).map({ begin + $0 }) {
            low = bottom
            lowOffset = Self.offset(of: bottom, in: signal)
        }
    }

    /// Of equal ones the first.
    private static func mostProminent(_ part: [Double]) -> Int? {
        let places = LocalMaxima.places(part)
        let prominences = LocalMaxima.prominences(of: places, in: part)
        guard let largest = prominences.max(), let first = prominences.firstIndex(of: largest)
        else { return nil }
        return places[first]
    }

    private static func offset(of place: Int, in signal: [Double]) -> Double {
        let (left, middle, right) = (signal[place - 1], signal[place], signal[place + 1])
        let bend = left - 2 * middle + right
        return bend == 0 ? 0 : max(-0.5, min(0.5, (left - right) / (2 * bend)))
    }

    /// The same, so many places later.
    func shifted(by places: Int) -> PeakCandidate {
        var shifted = self
        shifted.begin += places
        shifted.end += places
        shifted.peak = peak.map { $0 + places }
        shifted.low = low.map { $0 + places }
        return shifted
    }

    /// Of candidates in order those with a peak, each at least some samples behind the one before, and
    /// behind the signal's beginning (as NeuroKit2 has it).
    static func apart(_ candidates: [PeakCandidate], by distance: Int) -> [PeakCandidate] {
        var last = 0
        return candidates.filter { candidate in
            guard let peak = candidate.peak, peak - last > distance else { return false }
            last = peak
            return true
        }
    }
}
