/// The range of values of a plot, at round numbers, so that it seldom changes while a plot moves.
struct PlotScale: Hashable {
    let low: Double
    let high: Double
    /// Decimals that tell the values apart.
    let places: Int

    /// - Parameter least: the smallest span that is shown, so that noise does not fill a plot.
    init(_ extremes: ClosedRange<Double>, least: Double = 0) {
        var low = extremes.lowerBound
        var high = extremes.upperBound
        let span = max(high - low, least)
        guard span > 0, span < 1e300 else {
            // A constant: in the middle.
            let margin = low.magnitude > 0 && low.magnitude < 1e300 ? low.magnitude * 0.1 : 1
            self.low = low - margin
            self.high = high + margin
            places = Self.places(margin)
            return
        }
        let middle = (low + high) / 2
        low = min(low, middle - least / 2)
        high = max(high, middle + least / 2)
        let step = Self.round(span / 4)
        self.low = (low / step).rounded(.down) * step
        self.high = (high / step).rounded(.up) * step
        places = Self.places(step)
    }

    /// The number of 1, 2 or 5 times a power of ten that is at least so large.
    private static func round(_ number: Double) -> Double {
        var power = 1.0
        while power > number { power /= 10 }
        while power * 10 <= number { power *= 10 }
        return [1, 2, 5, 10].map { $0 * power }.first { $0 >= number } ?? number
    }

    private static func places(_ step: Double) -> Int {
        var places = 0
        var step = step
        while step < 1, places < 6 {
            step *= 10
            places += 1
        }
        return places
    }

    /// Where a value lies, 0 at the bottom and 1 at the top.
    func part(_ value: Double) -> Double { min(max((value - low) / (high - low), 0), 1) }
}
