import Foundation

/// Carries values to places on the paper, with round numbers for the axis.
struct FigureScale {
    let values: ClosedRange<Double>
    let places: (from: Double, to: Double)

    /// - Parameters:
    ///   - values: what has to fit; widened to round numbers unless `isExact`.
    ///   - places: of the lower and of the upper end.
    init(_ values: ClosedRange<Double>, from: Double, to: Double, isExact: Bool = false) {
        places = (from, to)
        let span = values.upperBound - values.lowerBound
        guard span > 0, span.isFinite else {
            // One value alone stands in the middle.
            let middle = values.lowerBound.isFinite ? values.lowerBound : 0
            self.values = (middle - 1)...(middle + 1)
            return
        }
        let step = Self.step(span)
        self.values =
            isExact
            ? values
            : ((values.lowerBound / step).rounded(.down) * step)...((values.upperBound / step)
                .rounded(.up) * step)
    }

    func place(_ value: Double) -> Double {
        let share = (value - values.lowerBound) / (values.upperBound - values.lowerBound)
        return places.from + share * (places.to - places.from)
    }

    /// Round numbers, four to ten of them.
    var ticks: [Double] {
        let step = Self.step(values.upperBound - values.lowerBound)
        let first = (values.lowerBound / step - 1e-9).rounded(.up)
        let last = (values.upperBound / step + 1e-9).rounded(.down)
        guard last - first <= 20 else { return [] }
        return stride(from: first, through: last, by: 1).map { $0 * step }
    }

    /// A number as an axis shows it.
    func label(_ value: Double) -> String {
        let step = Self.step(values.upperBound - values.lowerBound)
        let places = max(0, Int(-floor(log10(step) + 1e-9)))
        return PeakFinder.decimal(abs(value) < step / 1e6 ? 0 : value, places)
            .replacing("-", with: "−")
    }

    private static func step(_ span: Double) -> Double {
        let rough = span / 5
        let power = pow(10, floor(log10(rough)))
        let share = rough / power
        return power * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10)
    }
}
