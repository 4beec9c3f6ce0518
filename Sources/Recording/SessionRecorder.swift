import Foundation
import Link
import SessionStore
import Timebase

/// One session on the sequencer's side: its streams and the rows that wait for the next commit.
///
/// Confined to the sequencer's thread (and, before that thread starts, to recovery).
final class SessionRecorder {
    enum Stage: Hashable {
        case recording
        /// Ends once the acquisition ring has been processed up to this position.
        case stopping(acquisition: UInt64)
        /// The last batch is made.
        case stopped
    }

    let number: UInt32
    let identifier: String
    /// When it began.
    let started: Instant
    /// Records before these positions are none of this session's, or are stored.
    var positions: (acquisition: UInt64, control: UInt64)
    private(set) var streams: [Int64: StreamRecorder] = [:]
    private(set) var sources: SessionSources
    var stage = Stage.recording
    private var batch = SessionBatch()
    private var stop: SessionStateChange?
    /// Highest event number of each linked client, to pass over what is sent again.
    private var clientSequences: [String: Int64] = [:]
    /// Clients whose number moved since the last batch; one may stand in it more than once.
    private var advanced: [String] = []
    private(set) var events: Int64 = 0
    private var sourcesChanged = false
    private var lastTriple: TimeTriple?
    private(set) var openPhase: String?
    /// What of linked clients was not kept for want of consent.
    private var withheld = WithheldCounts()
    /// Clocks of linked clients that are not on the station's.
    private var clientClocks: [String: ClientClock] = [:]
    /// When turns were shown, by number: what two clients send may come in either order.
    private var turnsShown: [Int64: TurnShown] = [:]

    init(
        number: UInt32, identifier: String, started: Instant,
        positions: (acquisition: UInt64, control: UInt64),
        sources: SessionSources, triple: TimeTriple? = nil
    ) {
        lastTriple = triple
        self.number = number
        self.identifier = identifier
        self.started = started
        self.positions = positions
        self.sources = sources
    }

    func add(_ stream: StreamRecorder) { streams[stream.id] = stream }

    /// Takes up the numbers that clients had reached.
    func restore(sequences: [String: Int64], states: [String: [UInt8]]) {
        clientSequences = sequences
        for (name, state) in states where name.hasPrefix(ClientClock.statePrefix) {
            // Without it, the client's next round trips lay the line anew.
            guard let clock = try? ClientClock(state) else { continue }
            clientClocks[String(name.dropFirst(ClientClock.statePrefix.count))] = clock
        }
        // Counts that cannot be read are lost; nothing else depends on them.
        if let state = states[WithheldCounts.stateName] { try? withheld.restore(state) }
        for (name, state) in states where name.hasPrefix(Self.clientPrefix) {
            var reader = StateReader(state)
            guard let sequence = try? reader.read(Int64.self) else { continue }
            let client = String(name.dropFirst(Self.clientPrefix.count))
            clientSequences[client] = max(sequence, clientSequences[client, default: 0])
        }
    }

    /// Highest number of a client that has been taken (durable once the batch is).
    func sequence(of client: String) -> Int64 { clientSequences[client, default: 0] }

    private static let clientPrefix = "client/"

    /// Remembers a client's number with the batch: not everything that is numbered has a row.
    private func advance(_ client: String, to sequence: Int64) {
        clientSequences[client] = sequence
        if advanced.last != client { advanced.append(client) }
    }

    private func saveAdvanced() {
        for client in advanced {
            var writer = StateWriter()
            writer.write(clientSequences[client, default: 0])
            batch.savedStates[Self.clientPrefix + client] = writer.bytes
        }
        advanced.removeAll(keepingCapacity: true)
    }

    var pendingBytes: Int {
        streams.values.reduce(0) { $0 + $1.pendingBytes } + batch.events.count * 256
            + batch.keyPresses.count * 64
    }

    // MARK: - Rows

    func take(_ event: SessionEvent) {
        batch.events.append(event)
        events += 1
    }

    func press(_ press: KeyPress) {
        batch.keyPresses.append(press)
        streams[press.stream]?.countEvents(1, at: press.pressed)
        events += 1
    }

    func release(_ release: KeyRelease) { batch.keyReleases.append(release) }

    func gap(_ stream: Int64, _ gap: Gap) {
        streams[stream]?.note(gap)
        batch.gaps.append(StreamGap(stream: stream, gap: gap))
    }

    func fault(_ stream: Int64, _ cause: String) {
        if let index = batch.faults.firstIndex(where: { $0.stream == stream && $0.cause == cause })
        {
            batch.faults[index].count += 1
        } else {
            batch.faults.append(FaultCount(stream: stream, cause: cause, count: 1))
        }
    }

    func save(_ name: String, _ state: [UInt8]) { batch.savedStates[name] = state }

    func observe(_ observation: SessionStore.ClockObservation) {
        batch.clockObservations.append(observation)
    }

    /// Linked clients that have sent something.
    var clientNames: [String] { clientSequences.keys.sorted() }

    func audit(_ entry: AuditEntry) { batch.audit.append(entry) }

    /// A linked client's streams join.
    func attach(_ entry: SourceEntry) {
        sources.sources.removeAll { $0.id == entry.id }
        sources.sources.append(entry)
        sources.nextStream = max(sources.nextStream, (entry.streams.max() ?? 0) + 1)
        sourcesChanged = true
        for (id, stream) in zip(entry.streams, entry.linked) where streams[id] == nil {
            let description = stream.description(id: id, client: entry.name)
            batch.streams.append(description)
            add(StreamRecorder(description, model: stream.model))
        }
    }

    func phase(_ name: String?, at time: Instant) {
        batch.phases.append(PhaseChange(name: name, time: time))
        openPhase = name
    }

    // MARK: - Clients with a clock of their own

    /// A client's clock gets a stream for its segments: at its first round trip, and where it began anew.
    func beginClock(of client: String, stream: Int64, name: String) {
        clientClocks[client]?.hand(over: &batch, client: client)
        clientClocks[client] = ClientClock(stream: stream, after: clientClocks[client])
        batch.streams.append(ClientClock.description(stream, name: name, client: client))
        sources.nextStream = max(sources.nextStream, stream + 1)
        sources.clocks = (sources.clocks ?? [:]).merging([client: stream]) { $1 }
        sourcesChanged = true
    }

    func add(_ trip: RoundTrip, of client: String) { clientClocks[client]?.add(trip) }

    /// A moment that a client told, on the station's clock; as it is for a client on that clock.
    func moment(_ time: Instant, of client: String, arrival: Instant) -> ClientClock.Moment {
        clientClocks[client]?.moment(time.nanoseconds, arrival: arrival)
            ?? ClientClock.Moment(time: time, bound: 0)
    }

    /// Takes an event of a linked client; one that was stored before is passed over.
    /// - Parameter arrival: when it came.
    /// - Returns: the event on the station's clock, if it is new.
    @discardableResult
    func take(_ sent: LinkEventRecord, arrival: Instant) -> LinkEventRecord? {
        if sent.sequence <= clientSequences[sent.client, default: 0] { return nil }
        advance(sent.client, to: sent.sequence)
        events += 1
        var record = sent
        if let clock = clientClocks[sent.client] {
            // What the client's clock said is kept, so that it can be mapped anew.
            observe(
                ClockObservation(
                    client: sent.client, index: sent.sequence, deviceTime: sent.time.nanoseconds,
                    arrival: arrival))
            record = sent.mapped(by: clock, arrival: arrival)
        }
        store(record)
        return record
    }

    private func store(_ record: LinkEventRecord) {
        switch record.kind {
        case "turn":
            if var turn = LinkedChat.turn(record) {
                if turn.shown == nil, let shown = turn.number.flatMap({ turnsShown[$0] }) {
                    turn.shown = shown.shown
                    turn.bound = max(turn.bound, shown.bound)
                }
                batch.turns.append(turn)
                return
            }
        case "draft_edit":
            if let edit = LinkedChat.draftEdit(record) {
                batch.draftEdits.append(edit)
                return
            }
        case "turn_shown":
            // The event itself is kept as well: it may say when the last part was painted.
            if let shown = LinkedChat.turnShown(record) {
                batch.turnsShown.append(shown)
                turnsShown[shown.number] = turnsShown[shown.number] ?? shown
            }
        default: break
        }
        // Most events are of the session as a whole.
        let stream =
            record.stream.isEmpty
            ? nil
            : streams.values.first {
                $0.description.source == record.client && $0.description.name == record.stream
            }
        stream?.countEvents(1, at: record.time)
        batch.events.append(
            SessionEvent(
                stream: stream?.id, time: record.time, bound: record.bound, kind: record.kind,
                payload: record.payload, client: record.client, clientSequence: record.sequence))
    }

    /// Counts something that was not kept for want of consent; its number is done with.
    func withhold(_ record: LinkEventRecord) {
        if record.sequence > 0 {
            guard record.sequence > clientSequences[record.client, default: 0] else { return }
            advance(record.client, to: record.sequence)
        }
        withheld.add(record.kind, record.bound)
    }

    /// Whether a client's numbered batch of samples is new.
    func isNew(_ sequence: Int64, of client: String) -> Bool {
        guard sequence > clientSequences[client, default: 0] else { return false }
        advance(client, to: sequence)
        return true
    }

    // MARK: - Ending

    func beginStop(_ change: SessionStateChange, acquisition: UInt64) {
        guard stage == .recording else { return }
        stop = change
        stage = .stopping(acquisition: acquisition)
    }

    /// When the session ended, if everything up to its end has been read; nil before.
    func end(readUpTo position: UInt64) -> Instant? {
        guard case .stopping(let last) = stage, position >= last else { return nil }
        return stop?.at
    }

    // MARK: - Batches

    /// Takes a reading of the clocks if it is worth a row: after 10 s, and whenever the distance between
    /// two of the clocks has changed. The kernel steers its monotonic and its wall clock alike, so their
    /// distance changes only where the wall clock is set (or the machine slept).
    /// - Parameter cause: why it is kept in any case; nil to look first.
    func note(_ triple: TimeTriple, cause: String?) {
        guard let cause = cause ?? self.cause(of: triple) else { return }
        batch.timeTriples.append(RecordedTriple(triple: triple, cause: cause))
        if let lastTriple, let event = Self.event(from: lastTriple, to: triple) { take(event) }
        lastTriple = triple
    }

    /// Goes on after a crash: what happened to the clocks meanwhile is told as if they had been watched.
    /// - Parameter slept: nanoseconds that the machine slept since.
    func goOn(from earlier: TimeTriple?, slept: Int64) {
        lastTriple = earlier
        guard slept > Self.smallestEvent else { return }
        for stream in streams.values where !stream.description.channels.isEmpty {
            stream.sleep(slept)
        }
    }

    /// Smaller steps are steered away by time services, and are no event.
    private static let smallestEvent: Int64 = 10_000_000

    /// What happened to the clocks between two readings, where a person should know of it. No other time
    /// moves by it.
    private static func event(from last: TimeTriple, to triple: TimeTriple) -> SessionEvent? {
        let elapsed = triple.monotonic - last.monotonic
        let slept = triple.slept(since: last)
        if slept > smallestEvent {
            return SessionEvent(
                time: triple.monotonic, kind: "sleep",
                payload: JSONText.object([("milliseconds", milliseconds(slept))]))
        }
        let step = triple.realtime &- last.realtime &- elapsed
        guard step.magnitude > UInt64(smallestEvent) else { return nil }
        return SessionEvent(
            time: triple.monotonic, kind: "clock_step",
            payload: JSONText.object([("milliseconds", milliseconds(step))]))
    }

    private static func milliseconds(_ nanoseconds: Int64) -> String {
        "\(Int64((Double(nanoseconds) / 1e6).rounded()))"
    }

    private func cause(of triple: TimeTriple) -> String? {
        guard let last = lastTriple else { return "start" }
        let elapsed = triple.monotonic - last.monotonic
        // Each reading lies within its uncertainty, and smaller steps show in no UTC.
        let allowed = triple.uncertainty + last.uncertainty + 10_000
        func moved(_ new: Int64, _ old: Int64) -> Bool {
            (new &- old &- elapsed).magnitude > UInt64(max(0, allowed))
        }
        if moved(triple.boottime, last.boottime) { return "sleep" }
        if moved(triple.realtime, last.realtime) { return "step" }
        return elapsed >= 10_000_000_000 ? "periodic" : nil
    }

    /// Makes the next batch: everything that came since the last one, and up to where the rings are
    /// thereby stored.
    /// - Returns: nil where there is nothing to store.
    func makeBatch(
        acquisition: RingPosition, control: RingPosition, triple: TimeTriple
    ) -> SessionBatch? {
        var isLast = false
        if case .stopping(let position) = stage, acquisition.position >= position {
            isLast = true
        }
        note(triple, cause: isLast ? "stop" : nil)
        if let entry = withheld.entry(at: triple, isLast: isLast) { audit(entry) }
        if withheld.isDirty { batch.savedStates[WithheldCounts.stateName] = withheld.save() }
        for stream in streams.values { stream.hand(over: &batch, isLast: isLast) }
        saveAdvanced()
        for client in clientClocks.keys {
            clientClocks[client]?.hand(over: &batch, client: client)
        }
        if isLast {
            if openPhase != nil { phase(nil, at: stop?.at ?? triple.monotonic) }
            batch.stateChange = stop
            stage = .stopped
        }
        if sourcesChanged {
            batch.sources = sources.encoded()
            sourcesChanged = false
        }
        guard !batch.isEmpty else { return nil }
        batch.ringPositions = [acquisition, control]
        let made = batch
        batch = SessionBatch()
        return made
    }
}
