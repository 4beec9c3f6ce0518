import SessionStore
import Timebase

/// The clock of a linked client, by the round trips in a session's file.
///
/// Both ways of a round trip take time, and nobody sees how much each: the client's clock is in the
/// middle to within half the round trip. So the shortest ones tell the most, and the line goes through
/// the shortest of each stretch.
struct RoundTrips {
    struct Trip {
        /// Station's time in the middle.
        var time: Instant
        /// Station less client, nanoseconds.
        var offset: Int64
        /// Nanoseconds on the way, both ways together.
        var onTheWay: Int64
    }

    var trips: [Trip] = []
    /// Station less client in the middle of the trips, nanoseconds.
    var offset: Int64?
    /// How much faster the client's clock runs.
    var driftPPM: Double?
    /// Offset less line, of each trip.
    var residuals: [(time: Instant, residual: Int64)] = []
    /// Half of the shortest round trip: what no reading can do better than.
    var leastError: Int64? { trips.map { $0.onTheWay / 2 }.min() }
    private static let stretches = 40

    /// - Parameter observations: those of one client's clock, in the order of the file: for each trip one
    ///   of the way there (without `sent`) and one of the way back. Those of single events (with an
    ///   index) are passed over.
    init(_ observations: [ClockObservation]) {
        var there: ClockObservation?
        for observation in observations where observation.index == nil {
            if observation.sent == nil {
                there = observation
                continue
            }
            defer { there = nil }
            guard let first = there, let asked = first.deviceTime,
                let answered = observation.deviceTime, let sent = observation.sent
            else { continue }
            let onTheWay = (answered &- asked) &- (sent - first.arrival)
            guard onTheWay >= 0 else { continue }
            let up = first.arrival.nanoseconds &- asked
            let down = sent.nanoseconds &- answered
            trips.append(
                Trip(time: first.arrival, offset: down &+ (up &- down) / 2, onTheWay: onTheWay))
        }
        fit()
    }

    /// - Parameter resets: moments from which on the client has another clock, ascending. Offset and drift
    ///   are those of the last one.
    init(_ observations: [ClockObservation], resets: [Instant]) {
        var rest = observations[...]
        var earlier: [RoundTrips] = []
        for reset in resets {
            let end = rest.firstIndex { $0.arrival >= reset } ?? rest.endIndex
            earlier.append(RoundTrips(Array(rest[..<end])))
            rest = rest[end...]
        }
        self.init(Array(rest))
        trips = earlier.flatMap(\.trips) + trips
        residuals = earlier.flatMap(\.residuals) + residuals
    }

    private mutating func fit() {
        guard let first = trips.first, let last = trips.last else { return }
        let span = Double(max(last.time - first.time, 1))
        var best: [Trip?] = Array(repeating: nil, count: Self.stretches)
        for trip in trips {
            let share = Double(trip.time - first.time) / span
            let place = min(max(Int(share * Double(Self.stretches)), 0), Self.stretches - 1)
            if trip.onTheWay < best[place]?.onTheWay ?? .max { best[place] = trip }
        }
        let chosen = best.compactMap(\.self)
        let limit = chosen.map(\.onTheWay).sorted()[chosen.count / 2] * 2
        // A stretch in which all were slow says little.
        let points = chosen.filter { $0.onTheWay <= limit }.map {
            (Double($0.time - first.time), Double($0.offset &- first.offset))
        }
        let line = LineFit(points)
        let isLong = span >= 10e9
        let slope = isLong ? line?.slope ?? 0 : 0
        let mean = points.reduce(0) { $0 + $1.1 } / Double(max(points.count, 1))
        let intercept = isLong ? line?.intercept ?? mean : mean
        if isLong, line != nil { driftPPM = -slope * 1e6 }
        offset = first.offset &+ Int64(clamping: (intercept + slope * span / 2).rounded())
        residuals = trips.map { trip in
            let expected = intercept + slope * Double(trip.time - first.time)
            return (
                trip.time,
                Int64(clamping: (Double(trip.offset &- first.offset) - expected).rounded())
            )
        }
    }
}
