/// The clock of a linked client, mapped by repeated round trips.
///
/// Each trip says for sure between which two values the offset (station minus client) lay. Over time
/// the offset is a line whose slope, the drift, is at most 500 ppm (a browser's clock is the host's
/// crystal; 200 ppm would do, but virtual machines are worse), and which bends slowly. The lines that
/// keep within all trips' limits are the possible ones: the estimate at a moment is the middle between
/// the highest and the lowest of them there, and the bound is half their distance. So the trips with
/// the lowest delay decide, there and back each for itself, and after some minutes the drift is known
/// to a few ppm.
///
/// **The bound.** The delay there and the delay back cannot be told apart: with 4 ms one way and 0 the
/// other, the offset is wrong by 2 ms, and no number of trips shows it. The bound therefore is no
/// statistical one: it reaches to where the offset would be if all of the least delay lay on one side.
/// It holds in practically all cases, not in 95%, and is as narrow as can be said without knowing the
/// network. On a symmetric network the error is a small part of it.
///
/// **Bending.** Limits that lie at a distance of t seconds are widened by ½ · 50 ppb/s · t² (the
/// temperature of a laptop changes within minutes): 22 µs at half a minute, 2 ms at five. That is what
/// makes old trips fade. Where a clock bends more, no line keeps all limits, and what is lacking is
/// added to the bound.
///
/// **Resets.** A page that is loaded anew, or a laptop that slept, has another offset. Two trips in a row
/// whose limits lie outside of what is possible begin a new segment, and a clock that went back does so
/// at once.
///
/// Not safe to share between threads. Restoring a saved state continues exactly.
public struct RoundTripClock: Hashable, Sendable {
    /// Name and version of this estimator, as it stands in the segments.
    public static let method = "round-trip/1"
    /// Largest drift, as a fraction.
    static let driftLimit = 500e-6
    /// How fast the drift may change, a second (as a fraction).
    static let bending = 50e-9
    /// Trips older than this say nothing more, in nanoseconds.
    static let windowTime = 300e9
    /// Within each such time, only the best trips are kept.
    static let blockTime = 1e9
    /// Length of a row in the file.
    static let rowTime = 300e9
    /// By how much a trip has to contradict the line to mean a reset, in nanoseconds.
    static let resetLimit = 2e6

    /// A moment of the client's clock put on the station's.
    public struct Estimate: Hashable, Sendable {
        public var time: Instant
        /// 95% bound of the error, in nanoseconds; see above.
        public var bound: Int64
        /// By this clock it would lie after its own arrival, and was put there: it was hardly read from
        /// this clock.
        public var isTooLate = false
    }

    /// The trips of the window: of each block, the one with the lowest upper and the one with the
    /// highest lower limit.
    var trips: [RoundTrip] = []
    /// Trips that contradict the line, until a second one does.
    var pending: [RoundTrip] = []
    var resolution = ClientResolution()
    var line: OffsetLine?
    /// Rows of earlier stretches, oldest first, and the row that is being refined.
    var rows: [ClientClockRow] = []
    var current: ClientClockRow?
    var changed: [ClientClockRow] = []
    /// A trip came that the line does not know; `update()` sees to it.
    private var isStale = false

    public init() {}

    /// Whether the client's clock can be mapped at all.
    public var isKnown: Bool { line != nil }
    /// Drift against the station's clock in parts per million; nil before it can be told.
    public var driftPPM: Double? { line.map { $0.slope * 1e6 } }
    /// How many resets were seen.
    public internal(set) var resets = 0

    /// Takes in a round trip. What cannot have happened is passed over.
    /// - Returns: whether it was taken.
    @discardableResult
    public mutating func add(_ trip: RoundTrip) -> Bool {
        guard trip.isPossible else { return false }
        resolution.take(trip)
        if let last = trips.last, trip.clientSent < last.clientReceived &- 1_000_000_000 {
            // Backwards by more than an overtaken answer: another clock.
            reset([trip])
        } else if let line, contradicts(line, trip) {
            pending.append(trip)
            if pending.count >= 2 { reset(pending) }
            return true
        } else {
            pending = []
            keep(trip)
            if isNews(trip) { refit() } else { isStale = true }
        }
        return true
    }

    /// Whether a trip narrows what is possible, or tells of another time: not each of a quick sequence
    /// does, and laying the line costs more than looking.
    private func isNews(_ trip: RoundTrip) -> Bool {
        guard let line, Double(trip.clientReceived &- line.origin) < Self.blockTime else {
            return true
        }
        let low = line.value(at: trip.clientReceived)
        let high = line.value(at: trip.clientSent)
        return line.lower(trip) > low.middle - low.half
            || line.upper(trip) < high.middle + high.half
    }

    private func contradicts(_ line: OffsetLine, _ trip: RoundTrip) -> Bool {
        let slack = Self.resetLimit + Double(resolution.step)
        let low = line.value(at: trip.clientReceived)
        let high = line.value(at: trip.clientSent)
        return line.lower(trip) > low.middle + low.half + slack
            || line.upper(trip) < high.middle - high.half - slack
    }

    private mutating func reset(_ new: [RoundTrip]) {
        if let current { rows.append(current) }
        if rows.count > 64 { rows.removeFirst() }
        current = nil
        resets += 1
        trips = []
        pending = []
        line = nil
        for trip in new { keep(trip) }
        refit()
    }

    private mutating func keep(_ trip: RoundTrip) {
        // Overtaken answers come out of order.
        var place = trips.count
        while place > 0 && trips[place - 1].clientSent > trip.clientSent { place -= 1 }
        trips.insert(trip, at: place)
        let newest = trips.last?.clientSent ?? trip.clientSent
        trips.removeAll { Double(newest &- $0.clientSent) > Self.windowTime }
        thin(block: trip.clientSent / Int64(Self.blockTime))
    }

    private mutating func thin(block: Int64) {
        let within = trips.indices.filter { trips[$0].clientSent / Int64(Self.blockTime) == block }
        guard within.count > 2, let first = within.first, let last = within.last else { return }
        func upper(_ trip: RoundTrip) -> Int64 { trip.received.nanoseconds &- trip.clientSent }
        func lower(_ trip: RoundTrip) -> Int64 { trip.sent.nanoseconds &- trip.clientReceived }
        let block = Array(trips[first...last])
        let best = [
            block.indices.min { upper(block[$0]) < upper(block[$1]) },
            block.indices.max { lower(block[$0]) < lower(block[$1]) },
        ].compactMap { $0 }
        trips.replaceSubrange(first...last, with: Set(best).sorted().map { block[$0] })
    }

    private mutating func refit() {
        isStale = false
        guard let first = trips.first, let last = trips.last else { return }
        let fitted = OffsetLine(trips, resolution: Double(resolution.step))
        line = fitted
        if let row = current,
            Double(last.clientReceived &- row.first) > Self.rowTime
        {
            rows.append(row)
            if rows.count > 64 { rows.removeFirst() }
            current = nil
        }
        let start =
            current?.first ?? (rows.last.map { max($0.last, first.clientSent) })
            ?? first.clientSent
        let row = fitted.row(from: min(start, last.clientReceived), to: last.clientReceived)
        current = row
        if changed.last?.first == row.first { changed.removeLast() }
        changed.append(row)
    }

    /// Puts a moment of the client's clock on the station's.
    ///
    /// Behind the last round trip a clock may have jumped, and nobody has seen it. Nothing arrives before
    /// it happened: a moment that would lie after its own arrival is put there. One that would lie
    /// long before may have waited in the client, or the client slept: the bound allows for both.
    /// - Parameters:
    ///   - client: what the client's clock said, in nanoseconds.
    ///   - arrival: when the station was told.
    /// - Returns: nil before the first round trip.
    public func estimate(_ client: Int64, arrival: Instant) -> Estimate? {
        guard let line else { return nil }
        // What was stored while another offset held, and is sent late: its row still has it.
        if let first = current?.first, client < first &- 1_000_000_000,
            let row = rows.last(where: { $0.first <= client && client <= $0.last &+ 1_000_000 })
        {
            return Estimate(time: row.time(of: client), bound: row.bound)
        }
        let offset = line.value(at: client)
        let time = Instant(
            nanoseconds: client &+ line.base &+ Int64(clamping: offset.middle.rounded()))
        var bound = Int64(clamping: offset.half.rounded(.up))
        let wait = arrival - time
        if wait < -bound {
            return Estimate(time: arrival, bound: max(bound, -wait), isTooLate: true)
        }
        if client > trips.last?.clientReceived ?? .max, wait > 500_000_000 {
            bound = max(bound, wait)
        }
        return Estimate(time: time, bound: bound)
    }

    /// The rows that changed since the last call; each replaces the one with the same first index.
    public mutating func update() -> [ClockSegment] {
        if isStale { refit() }
        defer { changed = [] }
        return changed.compactMap(\.segment)
    }
}
