import Reports

/// Round numbers along an axis.
struct PlotAxis: Hashable {
    /// Values of the ticks, in the axis' unit.
    var ticks: [Double]
    /// Decimals that the ticks need.
    var places: Int
    /// The unit's name.
    var unit: String
    /// Nanoseconds in a unit.
    var scale: Double

    func label(_ tick: Double) -> String { ReadableNumber.decimal(tick, places) }

    /// A time axis from 0 to so many nanoseconds.
    static func time(_ length: Int64) -> PlotAxis {
        let (unit, scale) =
            length <= 180_000_000_000
            ? ("s", 1e9) : length <= 10_800_000_000_000 ? ("min", 60e9) : ("h", 3600e9)
        return PlotAxis(
            from: 0, to: Double(length) / scale, about: 8, unit: unit, scale: scale)
    }

    /// - Parameter about: how many ticks there should be.
    init(from low: Double, to high: Double, about: Int, unit: String, scale: Double) {
        self.unit = unit
        self.scale = scale
        let range = max(high - low, 1e-9)
        var step = 1.0
        var places = 0
        while step * Double(about) < range { step *= 10 }
        while step > 1e-8, step / 10 * Double(about) >= range {
            step /= 10
            places += 1
        }
        // The power of ten above; a fifth or a half of it where that is not too many.
        for part in [5.0, 2.0] where range / (step / part) <= Double(about) {
            if step / part < 1 { places += 1 }
            step /= part
            break
        }
        self.places = places
        ticks = []
        var tick = (low / step).rounded(.up)
        while tick * step <= high + step * 1e-6, ticks.count < 100 {
            ticks.append(tick * step)
            tick += 1
        }
    }
}
