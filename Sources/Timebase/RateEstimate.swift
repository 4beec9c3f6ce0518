import Glibc

/// What arrivals alone tell of the rate of a stream: how fast it is, and whether it has one.
struct RateEstimate: Sendable {
    /// Nanoseconds of arrival from one step of `x` to the next.
    private(set) var slope = 1.0
    /// Typical height of a reading above the least late ones around it.
    private(set) var jitter = 1.0
    /// Whether readings keep to the rate, so that what one is late the next is not.
    private(set) var isRegular = true

    /// - Parameters:
    ///   - x: the readings' numbers in any unit, never falling.
    ///   - arrival: in nanoseconds.
    ///   - expected: the slope if it is known within some percent, or nil.
    init(x: ArraySlice<Double>, arrival: ArraySlice<Double>, expected: Double?) {
        let places = Self.informative(x, arrival, expected)
        guard places.count >= 3, let last = places.last, x[last] > x[places[0]] else {
            slope = expected ?? 1
            return
        }
        slope = expected ?? (arrival[last] - arrival[places[0]]) / (x[last] - x[places[0]])
        for round in 0..<4 {
            let block = max(4, min(32 << min(round, 2), places.count / 24))
            if let better = Self.middle(places, x, arrival, slope, block) { slope = better }
        }
        judge(places, x, arrival)
    }

    /// Readings that came together with the next tell nothing that the last of them does not.
    /// - Returns: the places of the others.
    static func informative(
        _ x: ArraySlice<Double>, _ arrival: ArraySlice<Double>, _ expected: Double?
    ) -> [Int] {
        let first = x.startIndex
        let last = x.endIndex - 1
        guard last > first, x[last] > x[first] else { return Array(x.indices) }
        let rate = expected ?? (arrival[last] - arrival[first]) / (x[last] - x[first])
        return x.indices.filter {
            $0 == last || arrival[$0 + 1] - arrival[$0] > 0.05 * rate * (x[$0 + 1] - x[$0])
        }
    }

    /// The usual slope from block to block, by the least late reading of each.
    private static func middle(
        _ places: [Int], _ x: ArraySlice<Double>, _ arrival: ArraySlice<Double>, _ slope: Double,
        _ block: Int
    ) -> Double? {
        var least: [(x: Double, y: Double)] = []
        for start in stride(from: 0, to: places.count, by: block) {
            guard start + block <= places.count || least.isEmpty else { break }
            var best = (x: x[places[start]], y: arrival[places[start]])
            for number in start..<min(start + block, places.count) {
                let place = places[number]
                if arrival[place] - slope * x[place] < best.y - slope * best.x {
                    best = (x[place], arrival[place])
                }
            }
            least.append(best)
        }
        var slopes: [Double] = []
        for (high, low) in zip(least.dropFirst(), least) where high.x > low.x {
            slopes.append((high.y - low.y) / (high.x - low.x))
        }
        guard slopes.count >= 2 else { return nil }
        slopes.sort()
        // What is lost only adds to slopes, and may add to many: the middle of the half that lies
        // closest together is right as long as not most of them are wrong.
        let half = slopes.count / 2
        var best = 0
        for start in 0...(slopes.count - half - 1)
        where slopes[start + half] - slopes[start] < slopes[best + half] - slopes[best] {
            best = start
        }
        return (slopes[best + half / 2] + slopes[best + (half + 1) / 2]) / 2
    }

    /// At a rate, what differs from it over one step differs no more over many; without one, it adds
    /// up.
    private mutating func judge(
        _ places: [Int], _ x: ArraySlice<Double>, _ arrival: ArraySlice<Double>
    ) {
        let lateness = places.map { arrival[$0] - slope * x[$0] }
        func spread(_ lag: Int) -> Double {
            var steps: [Double] = []
            for number in stride(
                from: 0, to: lateness.count - lag, by: max(1, lateness.count / 4096))
            {
                steps.append(lateness[number + lag] - lateness[number])
            }
            guard steps.count >= 4 else { return 0 }
            steps.sort()
            return steps[steps.count * 3 / 4] - steps[steps.count / 4]
        }
        let near = spread(1)
        // Differences of two exponentials: half of them lie within 2 · ln 2 scales.
        jitter = max(near / 1.386, 1_000)
        guard lateness.count >= 32 else { return }
        let far = spread(min(64, lateness.count / 4))
        let middle = spread(min(16, lateness.count / 8))
        // Lateness that comes in stretches adds up too, but to a small part of a step.
        let isLarge =
            far > 0.1 * slope * (x[places[places.count - 1]] - x[places[0]])
            / Double(places.count - 1)
        isRegular = !(isLarge && far > 2.5 * near && middle > 1.6 * near && near > 0)
    }
}
