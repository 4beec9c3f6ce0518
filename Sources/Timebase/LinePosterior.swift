import Glibc

/// What readings tell of a line under them: its most likely place, and how far off it may be.
///
/// Delay is a constant plus something that is never negative. Near its minimum the delays lie with
/// some density, so that `mass` readings are expected in each nanosecond above the true line. Given a
/// slope b, the line's height is then the highest one under all readings, a(b), less an exponential
/// of mean 1 / mass; and the slope's own likelihood is proportional to exp(mass · a(b)), heights taken
/// over the readings' mean place. With a flat prior for both this is the exact posterior for delays
/// that are exponential there, and, since both are a shift and a scale of the data, its intervals
/// cover the truth as often as they say. a(b) is made of straight pieces, one for each corner of the
/// hull, so that all moments are sums of simple integrals.
struct LinePosterior: Hashable, Sendable {
    /// Where u = 0 lies.
    let center: Double
    /// Height at the centre and slope: means, variances and covariance.
    private(set) var height = 0.0
    private(set) var slope = 0.0
    private var heightVariance = 0.0
    private var slopeVariance = 0.0
    private var covariance = 0.0

    /// - Parameters:
    ///   - hull: lower hull of the readings, by rising x; not empty.
    ///   - center: mean x of the readings.
    ///   - mass: readings expected in each unit of y above the true line; above 0.
    ///   - slopes: what the slope can be.
    init(
        hull: [LowerHull.Point], center: Double, mass: Double, slopes: ClosedRange<Double>
    ) {
        self.center = center
        var moments = Moments()
        let peak = Self.peak(hull, center, slopes)
        for (place, corner) in hull.enumerated() {
            let u = corner.x - center
            let low = max(
                slopes.lowerBound,
                place == 0 ? -.infinity : Self.edge(hull[place - 1], corner))
            let high = min(
                slopes.upperBound,
                place + 1 == hull.count ? .infinity : Self.edge(corner, hull[place + 1]))
            guard low < high else { continue }
            moments.add(
                from: low, to: high, intercept: corner.y - peak.height, place: u, mass: mass,
                origin: peak.slope)
        }
        guard moments.weight > 0 else {
            // The slope is known for certain.
            height = peak.height - 1 / mass
            slope = peak.slope
            heightVariance = 1 / (mass * mass)
            return
        }
        let meanB = moments.b / moments.weight
        let meanA = moments.a / moments.weight
        height = peak.height + meanA - 1 / mass
        slope = peak.slope + meanB
        heightVariance = max(0, moments.aa / moments.weight - meanA * meanA) + 1 / (mass * mass)
        slopeVariance = max(0, moments.bb / moments.weight - meanB * meanB)
        covariance = moments.ab / moments.weight - meanA * meanB
    }

    func value(at x: Double) -> Double { height + slope * (x - center) }

    func variance(at x: Double) -> Double {
        let u = x - center
        return max(0, heightVariance + u * (2 * covariance + u * slopeVariance))
    }

    /// The line under all readings with the least sum of distances.
    static func peak(
        _ hull: [LowerHull.Point], _ center: Double, _ slopes: ClosedRange<Double>
    ) -> (height: Double, slope: Double) {
        var best = hull[0]
        var slope = (slopes.lowerBound + slopes.upperBound) / 2
        if hull.count >= 2 {
            // The corner at which the likelihood's slope changes its sign.
            var place = 0
            while place < hull.count - 2 && hull[place + 1].x <= center { place += 1 }
            slope = edge(hull[place], hull[place + 1])
            slope = min(max(slope, slopes.lowerBound), slopes.upperBound)
        }
        var height = Double.infinity
        for corner in hull where corner.y - slope * (corner.x - center) < height {
            height = corner.y - slope * (corner.x - center)
            best = corner
        }
        return (best.y - slope * (best.x - center), slope)
    }

    private static func edge(_ a: LowerHull.Point, _ b: LowerHull.Point) -> Double {
        (b.y - a.y) / (b.x - a.x)
    }

    /// Sums over pieces of the slope's likelihood.
    private struct Moments {
        var weight = 0.0
        var a = 0.0
        var b = 0.0
        var aa = 0.0
        var ab = 0.0
        var bb = 0.0

        /// Adds the slopes between two limits, over which the corner at `place` carries the line. The
        /// likelihood there is exp(mass · (intercept - b · place)).
        mutating func add(
            from low: Double, to high: Double, intercept: Double, place: Double, mass: Double,
            origin: Double
        ) {
            let rate = -mass * place
            var low = low
            var high = high
            // Beyond forty e-foldings nothing is left.
            if rate > 0 { low = max(low, high - 40 / rate) }
            if rate < 0 { high = min(high, low - 40 / rate) }
            guard low < high, (high - low).isFinite else { return }
            let pieces = max(1, (abs(rate) * (high - low) / 4).rounded(.up))
            let half = (high - low) / pieces / 2
            for piece in 0..<Int(pieces) {
                let middle = low + (2 * Double(piece) + 1) * half
                for node in 0..<5 {
                    let slope = middle + half * Self.nodes[node]
                    let height = intercept - slope * place
                    let weight = half * Self.weights[node] * exp(mass * height)
                    let offset = slope - origin
                    self.weight += weight
                    a += weight * height
                    b += weight * offset
                    aa += weight * height * height
                    ab += weight * height * offset
                    bb += weight * offset * offset
                }
            }
        }

        // Gauss and Legendre's rule with five nodes.
        private static let nodes = [
            -0.906179845938664, -0.538469310105683, 0, 0.538469310105683, 0.906179845938664,
        ]
        private static let weights = [
            0.236926885056189, 0.478628670499366, 0.568888888888889, 0.478628670499366,
            0.236926885056189,
        ]
    }
}
