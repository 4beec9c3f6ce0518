import Glibc

/// How densely readings lie just above a line that runs under them.
///
/// The smallest delays alone matter to a line under the readings, so that their density is taken from
/// the `most` smallest and nothing is assumed of the rest: not that it is exponential, nor that it
/// has a mean.
enum EnvelopeMass {
    /// The most of the smallest heights that are looked at.
    static let most = 256

    /// Readings expected in each unit above the line.
    /// - Parameters:
    ///   - heights: above the line, of the readings that are least late, in the readings' order; at
    ///     least one.
    ///   - places: of these among all readings.
    ///   - count: of all readings.
    ///   - resolution: heights cannot be told apart more finely; above 0.
    static func estimate(
        _ heights: [Double], places: ArraySlice<Int>, of count: Int, resolution: Double
    ) -> Double {
        let wanted = min(most, max(min(count, 8), count / 8), heights.count)
        let mean = heights.reduce(0, +) / Double(heights.count)
        var limit = max(resolution, 4 * mean * Double(wanted) / Double(heights.count))
        var near: [(place: Int, height: Double)] = []
        while true {
            near.removeAll(keepingCapacity: true)
            for (height, place) in zip(heights, places) where height <= limit {
                near.append((place, height))
            }
            if near.count >= wanted || near.count == heights.count { break }
            limit *= 4
        }
        let sorted = near.map(\.height).sorted()
        let far = max(sorted[min(wanted, sorted.count) - 1], resolution)
        // Coarse stamps put many at the same height.
        let used = sorted.count { $0 <= far }
        // The line rests on two of them, which therefore say nothing of the density.
        let free = max(1, Double(used) - 2)
        let share = min(free / Double(count), 0.9)
        var mass = -Double(count) * log(1 - share) / far
        if used >= 128, far > 4 * resolution {
            // Where small delays get rarer towards the least one, what counts is the height below
            // which one reading is expected; where they get denser, the density next to the line.
            let few = used / 16
            let close = max(sorted[few - 1], resolution)
            let exponent = log(Double(used) / Double(few)) / max(log(far / close), 1e-3)
            if exponent > 1.4 {
                // A line rests on two readings, and both are above the clock.
                mass = 0.6 / (close * pow(1 / Double(few), 1 / exponent))
            } else if exponent < 0.7 {
                mass = Double(few) / close
            }
        }
        return mass * independence(near, far, of: count)
    }

    /// The share of near readings that stand for themselves: where good moments come in stretches, a
    /// stretch tells little more than one reading.
    private static func independence(
        _ near: [(place: Int, height: Double)], _ limit: Double, of count: Int
    ) -> Double {
        var used = 0
        var runs = 0
        var previous = -2
        for (place, height) in near where height <= limit {
            used += 1
            if place != previous + 1 { runs += 1 }
            previous = place
        }
        guard used >= 16, used * 3 <= count else { return 1 }
        let share = Double(runs) / Double(used) / (1 - Double(used) / Double(count))
        return share < 0.7 ? share : 1
    }
}
