/// A smooth curve of parabolas through points, with knots between them: SciPy's `make_interp_spline(x, y,
/// k=2)`, and so `interp1d(kind="quadratic")`.
struct QuadraticSpline {
    private let knots: [Double]
    private let coefficients: [Double]

    /// - Parameters:
    ///   - x: at least three, strictly increasing.
    ///   - y: as many.
    init(_ x: [Double], _ y: [Double]) {
        let count = x.count
        var knots = [Double](repeating: x[0], count: 3)
        if count > 3 {
            for place in 1...count - 3 { knots.append((x[place] + x[place + 1]) / 2) }
        }
        knots += [Double](repeating: x[count - 1], count: 3)
        self.knots = knots
        // Each point lies in three splines: a banded matrix, totally positive, so that it can be solved
        // without looking for pivots (de Boor, C., 1978, A practical guide to splines, Springer).
        var rows: [(first: Int, values: (Double, Double, Double))] = []
        var piece = 2
        for place in x {
            while piece < count - 1, place >= knots[piece + 1] { piece += 1 }
            rows.append((piece - 2, Self.splines(knots, piece, place)))
        }
        coefficients = Self.solve(rows, y)
    }

    /// The three splines that are not zero at a place of a piece between two knots.
    private static func splines(
        _ knots: [Double], _ piece: Int, _ place: Double
    ) -> (Double, Double, Double) {
        let (a, b, c, d) = (knots[piece - 1], knots[piece], knots[piece + 1], knots[piece + 2])
        let rising = (place - b) / (c - b)
        let left = (1 - rising) * (c - place) / (c - a)
        let right = rising * (place - b) / (d - b)
        return (left, 1 - left - right, right)
    }

    private static func solve(
        _ rows: [(first: Int, values: (Double, Double, Double))], _ y: [Double]
    ) -> [Double] {
        let count = rows.count
        // Five diagonals; row r holds columns r - 2 … r + 2.
        var band = [Double](repeating: 0, count: 5 * count)
        for (row, entry) in rows.enumerated() {
            for (step, value) in [entry.values.0, entry.values.1, entry.values.2].enumerated() {
                let diagonal = entry.first + step - row + 2
                // A point beyond two columns has no part there: its spline is zero.
                if (0..<5).contains(diagonal) { band[5 * row + diagonal] = value }
            }
        }
        var result = y
        for row in 0..<count {
            let pivot = band[5 * row + 2]
            for below in row + 1..<max(row + 1, min(count, row + 3)) {
                let place = 5 * below + 2 - (below - row)
                let factor = band[place] / pivot
                guard factor != 0 else { continue }
                for column in 0..<3 where row + column < count {
                    band[place + column] -= factor * band[5 * row + 2 + column]
                }
                result[below] -= factor * result[row]
            }
        }
        for row in stride(from: count - 1, through: 0, by: -1) {
            for column in 1..<3 where row + column < count {
                result[row] -= band[5 * row + 2 + column] * result[row + column]
            }
            result[row] /= band[5 * row + 2]
        }
        return result
    }

    /// The values at places in increasing order, within the points.
    func values(at places: some Sequence<Double>) -> [Double] {
        var piece = 2
        return places.map { place in
            while piece < coefficients.count - 1, place >= knots[piece + 1] { piece += 1 }
            let (left, middle, right) = Self.splines(knots, piece, place)
            return left * coefficients[piece - 2] + middle * coefficients[piece - 1]
                + right * coefficients[piece]
        }
    }
}
