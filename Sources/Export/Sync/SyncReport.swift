import Measures
import SessionStore
import Timebase

/// How well the streams of a session are in sync.
public struct SyncReport: Sendable {
    public var path: String
    public var session: SessionRow
    /// From the start to the stop (or to the last sample of a recording that goes on).
    public var from: Instant
    public var to: Instant
    /// Streams first, by their numbers, then linked clients by name, then the station's own marks.
    public var streams: [StreamSync] = []
    /// How long after a key press its change came to a client's draft; one for each client that has
    /// drafts, by name. Empty without a keyboard.
    public var keyLags: [KeyLag] = []

    /// The kind of streams that are the clocks of linked clients.
    private static let clientKind = "client"

    /// Reads a session from end to end, a chunk at a time.
    public init(_ reader: SessionReader) throws(SessionStoreError) {
        path = reader.path
        session = try reader.session()
        from = session.description.started
        let descriptions = try reader.streams()
        var end = session.stopped ?? from
        if session.stopped == nil {
            for stream in descriptions where !stream.channels.isEmpty {
                if let range = try reader.timeRange(of: stream.id) { end = max(end, range.last) }
            }
        }
        to = max(end, from + 1)
        let gaps = Dictionary(grouping: try reader.gaps(), by: \.stream)
        let observations = try reader.clockObservations()
        let events = try reader.events()
        for stream in descriptions where stream.kind != Self.clientKind {
            var builder = StreamSyncBuilder(
                reader: reader, stream: stream, gaps: (gaps[stream.id] ?? []).map(\.gap),
                from: from, to: to)
            streams.append(
                try builder.build(
                    observations: observations.filter { $0.stream == stream.id },
                    events: events.filter { $0.stream == stream.id }))
        }
        try addClients(
            reader, events, observations, descriptions.filter { $0.kind == Self.clientKind })
        try addKeyLags(
            reader, events, keyboards: descriptions.filter { $0.kind == "keys" }.map(\.id))
    }

    /// Lags from the participant's keys to each client's drafts.
    private mutating func addKeyLags(
        _ reader: SessionReader, _ events: [SessionEvent], keyboards: [Int64]
    ) throws(SessionStoreError) {
        guard !keyboards.isEmpty else { return }
        let keyboards = Set(keyboards)
        let keys = try reader.keystrokes().filter { keyboards.contains($0.stream) }
        let happenings = ChatHappenings(events)
        let edits = Dictionary(grouping: try reader.draftEdits()) { $0.client ?? "" }
        for (client, own) in edits.sorted(by: { $0.key < $1.key }) where !client.isEmpty {
            let lag = KeyLag(
                client: client, keys: keys, edits: own,
                compositions: happenings.compositions[client] ?? [],
                insertions: happenings.insertions[client] ?? [])
            if lag.edits > 0, lag.presses > 0 { keyLags.append(lag) }
        }
    }

    /// What linked clients and the station sent that belongs to no stream.
    private mutating func addClients(
        _ reader: SessionReader, _ events: [SessionEvent], _ observations: [ClockObservation],
        _ clocks: [StreamDescription]
    ) throws(SessionStoreError) {
        var times: [String: [(time: Instant, bound: Int64)]] = [:]
        for event in events where event.stream == nil {
            times[event.client ?? "", default: []].append((event.time, event.bound))
        }
        for edit in try reader.draftEdits() {
            times[edit.client ?? "", default: []].append((edit.time, edit.bound))
        }
        for turn in try reader.turns() {
            times[turn.client ?? "", default: []].append((turn.sent, turn.bound))
        }
        let readings = Dictionary(grouping: observations.filter { $0.client != nil }) {
            $0.client ?? ""
        }
        var segments: [String: [[ClockSegment]]] = [:]
        for clock in clocks {
            let own = try reader.clockSegments(clock.id)
            if !own.isEmpty { segments[clock.source, default: []].append(own) }
        }
        let names = Set(times.keys).union(readings.keys).union(segments.keys)
        for name in names.sorted() where !name.isEmpty {
            streams.append(
                .client(
                    name, times[name] ?? [], readings[name] ?? [], segments[name] ?? [], from: from,
                    to: to))
        }
        if let own = times[""], !own.isEmpty {
            streams.append(.client("station", own, [], [], from: from, to: to))
        }
    }
}

extension StreamSync {
    /// A linked client: what it sent, and the round trips by which its clock was read.
    static func client(
        _ name: String, _ times: [(time: Instant, bound: Int64)],
        _ observations: [ClockObservation], _ clocks: [[ClockSegment]], from: Instant, to: Instant
    ) -> StreamSync {
        // A client's clock that jumps is another one, which begins with its own first line.
        let begins = clocks.compactMap { $0.first?.origin }.sorted()
        let resets = Array(begins.dropFirst())
        let trips = RoundTrips(observations, resets: resets)
        var client = StreamSync(
            name: name, source: .events, clock: trips.trips.isEmpty ? "station" : "own")
        client.count = Int64(times.count)
        client.setBounds(times)
        client.offset = trips.offset
        // In the file it is by how much the station's clock is the faster one.
        client.driftPPM = clocks.last?.last?.driftPPM.map { -$0 } ?? trips.driftPPM
        client.resets = resets
        let onTheWay = trips.trips.map(\.onTheWay).sorted()
        client.roundTripLeast = onTheWay.first
        client.roundTripMedian = onTheWay.isEmpty ? nil : onTheWay[onTheWay.count / 2]
        if !trips.residuals.isEmpty {
            var bins = ResidualBins(from: from, to: to)
            for (time, residual) in trips.residuals { bins.add(residual, at: time) }
            client.residuals = bins
            let sizes = trips.residuals.map { Int64(clamping: $0.residual.magnitude) }.sorted()
            client.jitterMean = sizes.reduce(0, &+) / Int64(sizes.count)
            client.jitter95 = sizes[min(sizes.count - 1, sizes.count * 95 / 100)]
        }
        return client
    }

    /// Takes bounds of single events.
    mutating func setBounds(_ times: [(time: Instant, bound: Int64)]) {
        guard !times.isEmpty else { return }
        let sorted = times.map(\.bound).sorted()
        boundMedian = sorted[sorted.count / 2]
        boundWorst = sorted[sorted.count - 1]
        boundSteps = []
        for (time, bound) in times.sorted(by: { $0.time < $1.time })
        where bound != boundSteps.last?.bound {
            boundSteps.append((time, bound))
        }
    }
}
