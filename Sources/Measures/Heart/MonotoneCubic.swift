/// A curve through points that never overshoots between them: piecewise cubic Hermite interpolation
/// (Fritsch, F. N., and Butland, J., 1984, A method for constructing local monotone piecewise cubic
/// interpolants, SIAM Journal on Scientific and Statistical Computing 5(2), 300–304), as SciPy's
/// `PchipInterpolator`.
struct MonotoneCubic {
    private let x: [Double]
    private let y: [Double]
    private let slopes: [Double]

    /// - Parameters:
    ///   - x: at least two, strictly increasing.
    ///   - y: as many.
    init(_ x: [Double], _ y: [Double]) {
        self.x = x
        self.y = y
        let steps = zip(x, x.dropFirst()).map { $1 - $0 }
        let rises = zip(zip(y, y.dropFirst()), steps).map { ($0.1 - $0.0) / $1 }
        guard steps.count > 1 else {
            slopes = [rises[0], rises[0]]
            return
        }
        let last = steps.count - 1
        var slopes = [Self.end(steps[0], steps[1], rises[0], rises[1])]
        for place in 1...last {
            let (before, behind) = (rises[place - 1], rises[place])
            guard before * behind > 0 else {
                slopes.append(0)
                continue
            }
            let one = 2 * steps[place] + steps[place - 1]
            let other = steps[place] + 2 * steps[place - 1]
            slopes.append((one + other) / (one / before + other / behind))
        }
        slopes.append(Self.end(steps[last], steps[last - 1], rises[last], rises[last - 1]))
        self.slopes = slopes
    }

    private static func end(
        _ step: Double, _ next: Double, _ rise: Double, _ following: Double
    ) -> Double {
        let slope = ((2 * step + next) * rise - step * following) / (step + next)
        if slope * rise <= 0 { return 0 }
        if rise * following <= 0, slope.magnitude > 3 * rise.magnitude { return 3 * rise }
        return slope
    }

    /// The values at evenly spaced places from the first point to the last.
    func forEach(step: Double, _ body: (Double) -> Void) {
        guard step > 0, let first = x.first, let last = x.last else { return }
        // What rounding takes from the last place is no reason to leave it out.
        let count = Int(clamping: ((last - first) / step + 1e-6).rounded(.down))
        var piece = 0
        for number in 0...count {
            let place = min(first + Double(number) * step, last)
            while piece < x.count - 2, place >= x[piece + 1] { piece += 1 }
            let width = x[piece + 1] - x[piece]
            let t = (place - x[piece]) / width
            let rest = 1 - t
            body(
                (1 + 2 * t) * rest * rest * y[piece] + t * rest * rest * width * slopes[piece]
                    + t * t * (3 - 2 * t) * y[piece + 1]
                    - t * t * rest * width * slopes[piece + 1])
        }
    }
}
