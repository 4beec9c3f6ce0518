import Glibc
import SystemCalls
import Timebase

/// Delivers events and samples to a session, each exactly once, across restarts of either side.
///
/// What is sent goes into the outbox first. While linked it goes out in batches, several of them
/// under way; an acknowledgement empties the outbox. When the connection is lost it connects again
/// with growing pauses, registers, learns what has arrived, and sends the rest.
///
/// Used by one thread. In a poll loop: watch `descriptor` for reading (for writing too while
/// `wantsWrite`), call `process()` when it is ready and no later than `millisecondsUntilDue`.
/// Without a loop: `flush(timeoutMilliseconds:)` waits until everything is acknowledged.
public final class LinkedClient {
    public let outbox: Outbox
    /// How it stands.
    public private(set) var state: LinkedState = .waiting("not connected yet")

    private let path: String
    private let registration: Registration
    private var client: VarlinkClient?
    /// What answers under way are for; the first answer is for the first.
    private var underWay: [UnderWay] = []
    private var trips = ReportedTrips()
    private var sentUpTo: Int64 = 0
    private var isRegistered = false
    private var session: String
    private var nextAttempt: Instant
    private var pauseMilliseconds: Int64 = LinkedClient.shortestPause
    private var answerDeadline: Instant?

    /// What an answer is waited for.
    private enum UnderWay {
        /// Items up to this number.
        case items(Int64)
        /// So many round trips.
        case trips(Int)
    }

    private static let shortestPause: Int64 = 100
    private static let longestPause: Int64 = 5000
    private static let batchItems = 256
    private static let batchBytes = 512 << 10
    /// As many as the daemon takes up at once: each waits for its commit, so this bounds how many
    /// pieces of samples a second can go.
    private static let batchesUnderWay = 16
    private static let answerNanoseconds: Int64 = 30_000_000_000

    /// Does not connect yet; `process()` does.
    public init(path: String, outbox: Outbox, registration: Registration) {
        self.path = path
        self.outbox = outbox
        self.registration = registration
        session = registration.session
        nextAttempt = Clocks.now()
    }

    /// The name it is registered by.
    public var name: String {
        let digits = String(outbox.identifier, radix: 16)
        return "\(registration.client)-\(digits)"
    }

    /// The connection's descriptor, nil while there is none. Changes with each connection.
    public var descriptor: Int32? { client?.descriptor }

    /// Whether to watch the descriptor for writing too.
    public var wantsWrite: Bool { client?.wantsWrite ?? false }

    /// When `process()` is due though nothing is ready; nil where nothing is.
    public var millisecondsUntilDue: Int? {
        if case .refused = state { return nil }
        guard let due = client == nil ? nextAttempt : answerDeadline else { return nil }
        let left = due - Clocks.now()
        return left <= 0 ? 0 : Int(min(left / 1_000_000 + 1, 60_000))
    }

    /// Sends an event: into the outbox, and out as soon as it can go.
    /// - Parameters:
    ///   - bound: the 95% bound of its time in nanoseconds, where it is known.
    /// - Returns: its number.
    @discardableResult
    public func send(
        kind: String, time: Instant, bound: Int64? = nil, stream: String? = nil,
        payload: JSONValue
    ) throws(LinkError) -> Int64 {
        let sequence = try put(
            kind: kind, time: time, bound: bound, stream: stream, payload: payload)
        try process()
        return sequence
    }

    /// Puts an event into the outbox alone; it goes out with the next `process()`. For programs that
    /// have many at once: what goes out together is made durable together.
    @discardableResult
    public func put(
        kind: String, time: Instant, bound: Int64? = nil, stream: String? = nil,
        payload: JSONValue
    ) throws(LinkError) -> Int64 {
        let event = LinkEvent(
            sequence: outbox.lastSequence + 1, timeNs: time.nanoseconds, boundNs: bound,
            stream: stream, kind: kind, payload: payload)
        return try append("event", event)
    }

    /// Sends samples of a registered stream as one item.
    /// - Parameters:
    ///   - data: little-endian values in the channels' types, sample by sample.
    ///   - missing: how many samples went missing right before these, where that is known.
    ///   - interruption: why an unknown number may have gone missing there.
    ///   - readings: of the stream's own clock; may come alone, with count 0.
    @discardableResult
    public func send(
        stream: String, firstTime: Instant, firstIndex: Int64? = nil, stamps: [Int64]? = nil,
        count: Int, data: [UInt8], missing: Int64? = nil, interruption: LinkInterruption? = nil,
        readings: [DeviceReading]? = nil
    ) throws(LinkError) -> Int64 {
        let samples = LinkInterface.SendSamples.Parameters(
            session: "", client: "", stream: stream, sequence: outbox.lastSequence + 1,
            firstTimeNs: firstTime.nanoseconds, firstIndex: firstIndex, stampsNs: stamps,
            count: count, data: Base64.encode(data), missing: missing, interruption: interruption,
            readings: readings)
        let sequence = try append("samples", samples)
        try process()
        return sequence
    }

    private func append<Item: Encodable>(_ key: String, _ item: Item) throws(LinkError) -> Int64 {
        try outbox.append(JSONValue.object([key: try LinkedClient.encode(item)]).serialised)
    }

    private static func encode<Value: Encodable>(_ value: Value) throws(LinkError) -> JSONValue {
        do throws(JSONMismatch) {
            return try JSONValue(encoding: value)
        } catch {
            throw LinkError(.malformed, "An item cannot be written as JSON: \(error)")
        }
    }

    /// Hands over round trips of the client's own clock. They go out before the events that come
    /// after; what the daemon has not confirmed goes out again on the next connection.
    /// - Parameter observations: in the order of time, each one possible (`RoundTrip.isPossible`):
    ///   the daemon refuses others, and this client with them.
    public func report(_ observations: [ClockObservation]) throws(LinkError) {
        trips.add(observations)
        try process()
    }

    /// What `restore` takes, for a client of the same name that goes on later.
    public var knownTrips: (trips: [ClockObservation], confirmed: Int) {
        (trips.observations, trips.confirmed)
    }

    /// Whether it knows any round trip of its clock.
    public var hasTrips: Bool { !trips.isEmpty }

    /// Puts back what an earlier process reported, before anything else is done.
    /// - Parameter confirmed: how many of them, from the first, the daemon is known to have.
    public func restore(_ observations: [ClockObservation], confirmed: Int) {
        trips = ReportedTrips(observations, confirmed: confirmed)
    }

    /// How many of the round trips handed over the daemon has confirmed.
    public var confirmedTrips: Int { trips.confirmed }

    /// Waits until everything is acknowledged.
    /// - Returns: false where that was not so in time, or the daemon refuses.
    public func flush(timeoutMilliseconds: Int) throws(LinkError) -> Bool {
        let deadline = Clocks.now() + Int64(clamping: timeoutMilliseconds) &* 1_000_000
        while true {
            try process()
            if outbox.entries.isEmpty { return true }
            if case .refused = state { return false }
            let left = (deadline - Clocks.now()) / 1_000_000
            if left <= 0 { return false }
            let pause = min(Int(left), millisecondsUntilDue ?? Int(left))
            var entry = pollfd(
                fd: descriptor ?? -1, events: Int16(POLLIN) | (wantsWrite ? Int16(POLLOUT) : 0),
                revents: 0)
            // Interrupted or not, what is due is looked at again.
            _ = unsafe poll(&entry, 1, Int32(clamping: max(pause, 1)))
        }
    }

    /// Tries again after a refusal, such as with a session that has begun by now.
    public func retry() {
        if case .refused = state {
            state = .waiting("trying again")
            nextAttempt = Clocks.now()
        }
    }

    /// Connects, reads answers, and sends what can go, without waiting.
    /// - Throws: only what concerns the outbox; a lost connection is a state.
    public func process() throws(LinkError) {
        if case .refused = state { return }
        if client == nil {
            if Clocks.now() < nextAttempt { return }
            connect()
        }
        guard let client else { return }
        do throws(LinkError) {
            try client.flush()
            while let reply = try client.receive(waitingMilliseconds: 0) {
                try take(reply)
                if self.client == nil { return }
            }
            if let answerDeadline, Clocks.now() > answerDeadline {
                lose("the daemon has not answered for 30 s")
                return
            }
            if isRegistered {
                try sendTrips(client)
                try sendBatches(client)
            }
        } catch {
            if error.code == .outbox { throw error }
            lose(error.message)
        }
    }

    // MARK: Connection

    private func connect() {
        do throws(LinkError) {
            let client = try VarlinkClient(path: path, timeoutMilliseconds: 0)
            let parameters = LinkInterface.Register.Parameters(
                session: session, client: name, title: registration.title,
                clock: registration.clock,
                bootId: registration.clock == .station ? Clocks.bootIdentifier() : nil,
                streams: registration.streams)
            try client.send(LinkInterface.Register.name, try LinkedClient.encode(parameters))
            self.client = client
            isRegistered = false
            underWay = []
            state = .registering
            answerDeadline = Clocks.now() + LinkedClient.answerNanoseconds
        } catch {
            lose(error.message)
        }
    }

    private func lose(_ reason: String) {
        client = nil
        isRegistered = false
        underWay = []
        trips.forgetSent()
        answerDeadline = nil
        state = .waiting(reason)
        nextAttempt = Clocks.now() + pauseMilliseconds * 1_000_000
        pauseMilliseconds = min(pauseMilliseconds * 2, LinkedClient.longestPause)
    }

    private func take(_ reply: VarlinkReply) throws(LinkError) {
        switch reply.result {
        case .failure(let error):
            if needsTripsAgain(error) {
                lose("the daemon does not know the clock any more, and is told again")
            } else if let refusal = LinkRefusal(error), !refusal.isPassing {
                lose(refusal.description)
                state = .refused(refusal)
            } else {
                lose(LinkRefusal(error)?.description ?? error.description)
            }
        case .success(let parameters):
            if case .trips(let count)? = underWay.first {
                underWay.removeFirst()
                trips.confirm(count)
                awaitNextAnswer()
                return
            }
            guard let acknowledged = parameters["acknowledged"]?.integer else {
                lose("the daemon's answer has no acknowledgement")
                return
            }
            if isRegistered {
                if !underWay.isEmpty { underWay.removeFirst() }
            } else {
                guard let session = try? parameters["session"]?.decode(LinkSession.self) else {
                    lose("the daemon's answer has no session")
                    return
                }
                if acknowledged > outbox.lastSequence {
                    throw LinkError(
                        .outbox,
                        "The daemon has \(acknowledged) items of '\(name)', and the outbox "
                            + "\(outbox.path) gave out only \(outbox.lastSequence) numbers: it was "
                            + "put back from a copy. Move it away to begin a new one.")
                }
                if acknowledged < outbox.acknowledged {
                    // What lies between is gone here, so this session can never be complete.
                    let refusal = LinkRefusal.sequenceGap(expected: acknowledged + 1)
                    lose(refusal.description)
                    state = .refused(refusal)
                    return
                }
                // From now on the very same session, also where "the only one" was asked for.
                self.session = session.id
                isRegistered = true
                state = .linked(session)
                pauseMilliseconds = LinkedClient.shortestPause
                sentUpTo = acknowledged
            }
            try outbox.acknowledge(upTo: acknowledged)
            awaitNextAnswer()
        }
    }

    private func awaitNextAnswer() {
        answerDeadline = underWay.isEmpty ? nil : Clocks.now() + LinkedClient.answerNanoseconds
    }

    /// A daemon that forgot the clock of this client (its session's file was put back from an older
    /// one) refuses its events; then all round trips are told again, once.
    private func needsTripsAgain(_ error: VarlinkError) -> Bool {
        guard registration.clock == .own, isRegistered, error.shortName == "ItemRefused" else {
            return false
        }
        return trips.tellAgain()
    }

    // MARK: Round trips

    private func sendTrips(_ client: VarlinkClient) throws(LinkError) {
        guard registration.clock == .own else { return }
        while underWay.count < LinkedClient.batchesUnderWay, !client.wantsWrite {
            let observations = trips.next(atMost: LinkedClient.batchItems)
            guard !observations.isEmpty else { return }
            let parameters = LinkInterface.ReportClock.Parameters(
                session: session, client: name, observations: observations)
            try client.send(LinkInterface.ReportClock.name, try LinkedClient.encode(parameters))
            underWay.append(.trips(observations.count))
            answerDeadline = answerDeadline ?? (Clocks.now() + LinkedClient.answerNanoseconds)
        }
    }

    // MARK: Batches

    private func sendBatches(_ client: VarlinkClient) throws(LinkError) {
        if registration.clock == .own && trips.isEmpty { return }
        while underWay.count < LinkedClient.batchesUnderWay && !client.wantsWrite {
            guard let first = outbox.entries.first, outbox.lastSequence > sentUpTo else { return }
            // Entries have no holes, so the next one's place follows from its number.
            let start = Int(max(sentUpTo + 1 - first.sequence, 0))
            try outbox.sync()
            let (method, parameters, last) = batch(from: outbox.entries[start...])
            try client.send(method, parameters)
            sentUpTo = last
            underWay.append(.items(last))
            answerDeadline = answerDeadline ?? (Clocks.now() + LinkedClient.answerNanoseconds)
        }
    }

    private func batch(
        from entries: ArraySlice<OutboxEntry>
    ) -> (method: String, parameters: JSONValue, last: Int64) {
        var events: [JSONValue] = []
        var bytes = 0
        var last = sentUpTo
        for entry in entries {
            let item = (try? JSONValue(parsing: entry.bytes[...])) ?? .null
            if case .object(var samples)? = item["samples"] {
                if !events.isEmpty { break }
                samples["session"] = .string(session)
                samples["client"] = .string(name)
                return (LinkInterface.SendSamples.name, .object(samples), entry.sequence)
            }
            bytes += entry.bytes.count
            if !events.isEmpty && bytes > LinkedClient.batchBytes { break }
            events.append(item["event"] ?? .null)
            last = entry.sequence
            if events.count == LinkedClient.batchItems { break }
        }
        let parameters: JSONValue = [
            "session": .string(session), "client": .string(name), "events": .array(events),
        ]
        return (LinkInterface.SendEvents.name, parameters, last)
    }
}
