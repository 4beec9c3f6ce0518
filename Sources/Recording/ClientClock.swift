import Link
import SessionStore
import Timebase

/// The clock of a linked client that is not the station's, as a session knows it.
///
/// Confined to the sequencer's thread.
struct ClientClock {
    /// The session's stream of kind `client`, whose clock segments are this clock's.
    let stream: Int64
    private(set) var clock = RoundTripClock()
    /// The clock before the client's began anew: what had waited in the client still has its times.
    private var earlier: RoundTripClock?
    private var isDirty = true

    /// What a moment of the client's is on the station's clock.
    struct Moment {
        var time: Instant
        /// 95% bound of the mapping, in nanoseconds.
        var bound: Int64
    }

    init(stream: Int64) { self.stream = stream }

    /// The client's clock began anew, and its segments stand in another stream from now on.
    init(stream: Int64, after earlier: ClientClock?) {
        self.stream = stream
        self.earlier = earlier?.clock
    }

    mutating func add(_ trip: RoundTrip) { isDirty = clock.add(trip) || isDirty }

    /// Maps a moment. Before the first round trip nothing is known but that it was before its arrival;
    /// the station takes nothing from a client before that.
    func moment(_ client: Int64, arrival: Instant) -> Moment {
        let now = clock.estimate(client, arrival: arrival)
        // Later than its own arrival by the new clock: it may have been read from the old one.
        if let earlier, now?.isTooLate ?? true,
            let old = earlier.estimate(client, arrival: arrival), !old.isTooLate
        {
            return Moment(time: old.time, bound: old.bound)
        }
        if let now { return Moment(time: now.time, bound: now.bound) }
        return Moment(time: arrival, bound: .max / 4)
    }

    /// The rows that changed, and the state to save with them.
    mutating func hand(over batch: inout SessionBatch, client: String) {
        guard isDirty else { return }
        isDirty = false
        for segment in clock.update() {
            batch.clockSegments.append(StreamClockSegment(stream: stream, segment: segment))
        }
        var writer = StateWriter()
        writer.write(UInt8(1))
        writer.write(stream)
        clock.save(into: &writer)
        writer.write(earlier != nil)
        earlier?.save(into: &writer)
        batch.savedStates[Self.statePrefix + client] = writer.bytes
    }

    static let statePrefix = "client-clock/"

    init(_ state: [UInt8]) throws(StateError) {
        var reader = StateReader(state)
        try reader.expectVersion(1)
        stream = try reader.read()
        try clock.restore(from: &reader)
        if try reader.read(Bool.self) {
            var old = RoundTripClock()
            try old.restore(from: &reader)
            earlier = old
        }
        isDirty = false
    }

    /// The stream as it stands in the file.
    static func description(_ stream: Int64, name: String, client: String) -> StreamDescription {
        StreamDescription(
            id: stream, name: name, kind: "client", source: client, clock: .stamped, channels: [])
    }
}

extension LinkEventRecord {
    /// The event with its times put on the station's clock: its own, and each member `NAME_ns` of its
    /// payload, beside which `NAME_client_ns` keeps what the client said. The bound holds for all.
    func mapped(by clock: ClientClock, arrival: Instant) -> LinkEventRecord {
        let moment = clock.moment(time.nanoseconds, arrival: arrival)
        var mapped = self
        mapped.time = moment.time
        mapped.bound = bound + moment.bound
        // The many draft edits have no other moments.
        guard kind != "draft_edit",
            case .object(var members)? = try? JSONValue(parsing: payload)
        else { return mapped }
        var isChanged = false
        for (name, value) in members {
            guard let kept = Self.nameOfClients(name), members[kept] == nil,
                let then = value.integer
            else { continue }
            let moment = clock.moment(then, arrival: arrival)
            members[name] = .integer(moment.time.nanoseconds)
            members[kept] = value
            mapped.bound = max(mapped.bound, bound + moment.bound)
            isChanged = true
        }
        guard isChanged else { return mapped }
        mapped.payload = JSONValue.object(members).text
        return mapped
    }

    /// Where a payload keeps what the client's own clock said of a moment: `shown_ns` in
    /// `shown_client_ns`. nil for members that are no moment.
    private static func nameOfClients(_ name: String) -> String? {
        guard name.hasSuffix("_ns"), !name.hasSuffix("_client_ns"), name.utf8.count > 3 else {
            return nil
        }
        return name.dropLast(3) + "_client_ns"
    }
}
