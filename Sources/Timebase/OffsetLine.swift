/// The offsets (station minus client) that round trips leave possible, at three moments: at the last
/// trip, a minute before, and a minute after. In between they are joined by lines.
struct OffsetLine: Hashable, Sendable {
    /// The middle of what is possible and half its width, in nanoseconds.
    struct Value: Hashable, Sendable {
        var middle: Double
        var half: Double
    }

    /// Nanoseconds that are taken off all offsets, so that doubles are exact.
    let base: Int64
    /// Moment of the client's clock from which x counts: the last trip.
    let origin: Int64
    /// Drift of the client's clock behind the station's, as a fraction.
    private(set) var slope = 0.0
    private var anchors: [Value] = []
    /// Mean of the trips' delays beyond the least one, halved.
    private(set) var jitter = 0.0

    private static let reach = 60e9

    /// - Parameters:
    ///   - trips: at least one.
    ///   - resolution: nanoseconds between two readings of the client's clock that differ. It tells the
    ///     time that has passed, so that a reading may be too low by as much.
    init(_ trips: [RoundTrip], resolution: Double) {
        origin = trips.last?.clientReceived ?? 0
        base =
            trips.last.map {
                ($0.received.nanoseconds &- $0.clientSent) / 2
                    &+ ($0.sent.nanoseconds &- $0.clientReceived) / 2
            } ?? 0
        var above: [LowerHull.Point] = []
        var below: [LowerHull.Point] = []
        for trip in trips {
            above.append(
                LowerHull.Point(x: Double(trip.clientSent &- origin), y: upper(trip)))
            below.append(
                LowerHull.Point(
                    x: Double(trip.clientReceived &- origin), y: lower(trip) - resolution))
        }
        below.sort { $0.x < $1.x }
        let delays = trips.map { Double($0.delay) }
        let least = delays.min() ?? 0
        jitter = delays.reduce(0) { $0 + ($1 - least) / 2 } / Double(max(1, delays.count))
        anchors = [-Self.reach, 0, Self.reach].map {
            Self.possible(at: $0, above, below, resolution)
        }
        slope = (anchors[2].middle - anchors[0].middle) / (2 * Self.reach)
    }

    /// Limits of the offset that a trip sets, less the base.
    func upper(_ trip: RoundTrip) -> Double {
        Double((trip.received.nanoseconds &- trip.clientSent) &- base)
    }

    func lower(_ trip: RoundTrip) -> Double {
        Double((trip.sent.nanoseconds &- trip.clientReceived) &- base)
    }

    /// The offset at a moment of the client's clock, less the base.
    func value(at client: Int64) -> Value {
        let x = Double(client &- origin)
        let (from, to) = x < 0 ? (anchors[0], anchors[1]) : (anchors[1], anchors[2])
        let share = x < 0 ? x / Self.reach + 1 : x / Self.reach
        let middle = from.middle + (to.middle - from.middle) * share
        guard abs(x) > Self.reach else {
            return Value(middle: middle, half: from.half + (to.half - from.half) * share)
        }
        // Beyond the anchors the drift goes on, and may bend.
        let outer = x < 0 ? anchors[0] : anchors[2]
        let beyond = (abs(x) - Self.reach) / 1e9
        let growth = max(0, (outer.half - anchors[1].half) / (Self.reach / 1e9))
        return Value(
            middle: middle,
            half: outer.half + (growth + Self.reach * RoundTripClock.bending) * beyond
                + RoundTripClock.bending / 2 * beyond * beyond * 1e9)
    }

    /// A row of the file: one line over a stretch, with a bound that holds in all of it.
    func row(from first: Int64, to last: Int64) -> ClientClockRow {
        let start = value(at: first)
        let end = value(at: last)
        let length = Double(max(1, last &- first))
        // The anchor in the middle may lie beside the line between the two ends.
        let middle = value(at: first &+ (last &- first) / 2)
        let bend = abs(middle.middle - (start.middle + end.middle) / 2)
        return ClientClockRow(
            first: first, last: last,
            origin: Instant(
                nanoseconds: first &+ base &+ Int64(clamping: start.middle.rounded())),
            rate: 1 + (end.middle - start.middle) / length,
            bound: Int64(clamping: (max(start.half, end.half, middle.half) + bend).rounded(.up)),
            drift: slope, jitter: Int64(clamping: jitter.rounded()))
    }

    // MARK: - What is possible

    /// The highest and the lowest line that keep within all limits, at one moment.
    private static func possible(
        at x: Double, _ above: [LowerHull.Point], _ below: [LowerHull.Point], _ resolution: Double
    ) -> Value {
        // Only corners of the hulls can touch a line. Seen from below both are the same.
        func corners(_ limits: [LowerHull.Point], _ sign: Double) -> [LowerHull.Point] {
            var hull = LowerHull()
            for limit in limits {
                let seconds = (limit.x - x) / 1e9
                let wide = RoundTripClock.bending / 2 * seconds * seconds * 1e9
                hull.add(LowerHull.Point(x: limit.x - x, y: sign * limit.y + wide))
            }
            return hull.corners
        }
        let above = corners(above, 1)
        let below = corners(below, -1)
        // Heights at x of the highest and lowest line of a slope; both are smooth enough for a search
        // by thirds, being concave and convex.
        func high(_ slope: Double) -> Double {
            var least = Double.infinity
            for corner in above { least = min(least, corner.y - slope * corner.x) }
            return least
        }
        func low(_ slope: Double) -> Double {
            var most = -Double.infinity
            for corner in below { most = max(most, -corner.y - slope * corner.x) }
            return most
        }
        let limit = RoundTripClock.driftLimit
        let best = greatest(-limit, limit) { high($0) - low($0) }
        let lack = max(0, low(best) - high(best))
        guard lack == 0 else {
            return Value(
                middle: (high(best) + low(best) + resolution) / 2, half: lack + resolution)
        }
        let least = edge(from: best, to: -limit) { high($0) - low($0) }
        let most = edge(from: best, to: limit) { high($0) - low($0) }
        let top = high(greatest(least, most, high))
        let bottom = low(greatest(least, most) { -low($0) })
        // What is mapped was read too low by up to a step, like everything else.
        return Value(
            middle: (top + bottom + resolution) / 2, half: (top - bottom + resolution) / 2)
    }

    /// Where a concave function is greatest.
    private static func greatest(
        _ from: Double, _ to: Double, _ function: (Double) -> Double
    ) -> Double {
        var (low, high) = (from, to)
        for _ in 0..<40 {
            let a = low + (high - low) / 3
            let b = high - (high - low) / 3
            if function(a) < function(b) { low = a } else { high = b }
        }
        return (low + high) / 2
    }

    /// The last place towards an end where a concave function is not below zero.
    private static func edge(
        from inside: Double, to outside: Double, _ function: (Double) -> Double
    ) -> Double {
        if function(outside) >= 0 { return outside }
        var (good, bad) = (inside, outside)
        for _ in 0..<40 {
            let middle = (good + bad) / 2
            if function(middle) >= 0 { good = middle } else { bad = middle }
        }
        return good
    }
}
