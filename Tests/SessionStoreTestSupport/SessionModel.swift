import SessionStore
import TestSupport
import Timebase

/// A random session: gives batches to store, and knows in plain arrays what was stored. The same
/// seed gives the same session, also in another process.
public struct SessionModel: Sendable {
    public let description: SessionDescription
    public private(set) var streams: [StreamModel]
    public private(set) var presses: [KeyPress] = []
    /// Releases by ordinal.
    public private(set) var releases: [Int64: KeyRelease] = [:]
    public private(set) var events: [SessionEvent] = []
    public private(set) var turns: [Turn] = []
    public private(set) var edits: [DraftEdit] = []
    public private(set) var positions: [String: RingPosition] = [:]
    public private(set) var states: [String: [UInt8]] = [:]
    public private(set) var sources: String?
    public private(set) var triples: [RecordedTriple] = []
    public private(set) var observations: [ClockObservation] = []
    public private(set) var faults: [String: Int64] = [:]
    /// How many batches were given.
    public private(set) var batches = 0
    private var random: SeededGenerator
    /// The stream of key presses.
    public static let keys: Int64 = 100

    public init(seed: UInt64, styles: [StreamModel.Style] = StreamModel.Style.allCases) {
        random = SeededGenerator(seed: seed)
        description = SessionDescription(
            identifier: "session-\(seed)", kind: .chat, study: "pilot", participant: "P01",
            protocolName: "demo", protocolVersion: "1", protocolText: "name: demo\n",
            isPilot: true, station: "lab", softwareVersion: "0.1", bootIdentifier: "boot",
            started: Instant(nanoseconds: 999_000_000_000),
            startedRealtime: 1_795_253_400_000_000_000)
        streams = styles.enumerated().map { StreamModel(id: Int64($0) + 1, style: $1) }
    }

    /// What a new file is told about the session's streams.
    public var descriptions: [StreamDescription] {
        streams.map(\.description) + [
            StreamDescription(id: Self.keys, name: "keys", kind: "keys", clock: .stamped)
        ]
    }

    /// A moment after everything so far.
    private var now: Instant {
        Instant(nanoseconds: 1_000_000_000_000 + Int64(batches) * 250_000_000)
    }

    /// The next batch of the session. Ends with an audit entry that holds the batch's number.
    public mutating func next() -> SessionBatch {
        var batch = SessionBatch()
        for place in streams.indices where Int.random(in: 0..<5, using: &random) > 0 {
            streams[place].grow(&random, into: &batch)
        }
        addKeys(to: &batch)
        addMessages(to: &batch)
        addState(to: &batch)
        batch.audit = [
            AuditEntry(
                time: now, realtime: Int64(batches), actor: "test", action: "commit",
                detail: "\(batches)")
        ]
        batches += 1
        return batch
    }

    private mutating func addKeys(to batch: inout SessionBatch) {
        for press in presses.suffix(3)
        where releases[press.ordinal] == nil && Bool.random(using: &random) {
            let release = KeyRelease(
                stream: Self.keys, ordinal: press.ordinal, released: now + 1, pairing: .exact)
            releases[press.ordinal] = release
            batch.keyReleases.append(release)
        }
        for step in 0..<Int64.random(in: 0...3, using: &random) {
            let press = KeyPress(
                stream: Self.keys, ordinal: Int64(presses.count), pressed: now + 10 + step,
                keyClass: step == 0 ? "letter" : "delete", bound: 1000)
            batch.keyPresses.append(press)
            presses.append(press)
        }
    }

    private mutating func addMessages(to batch: inout SessionBatch) {
        if Bool.random(using: &random) {
            let isClient = Bool.random(using: &random)
            let event = SessionEvent(
                stream: isClient ? nil : 1, time: now + 5, bound: 3, kind: "mark",
                payload: "{\"n\": \(batches)}", client: isClient ? "chat" : nil,
                clientSequence: isClient ? Int64(batches) : nil)
            batch.events.append(event)
            events.append(event)
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
            var turn = Turn(
                author: "participant", text: "Grüße \(batches) 👋", composedFrom: now,
                sent: now + 7, bound: 2, client: "chat", clientSequence: Int64(batches))
            batch.turns.append(turn)
            turn.number = Int64(turns.count) + 1
            turns.append(turn)
        }
        if let last = turns.indices.last, turns[last].shown == nil {
            batch.turnsShown = [TurnShown(number: Int64(last) + 1, shown: now + 9)]
            turns[last].shown = now + 9
        }
        let edit = DraftEdit(
            turn: Int64(turns.count) + 1, time: now + 6, position: 3, deleted: 1, inserted: 2,
            editClass: "letter", text: Bool.random(using: &random) ? "ab" : nil, bound: 4,
            client: "chat", clientSequence: Int64(batches))
        batch.draftEdits = [edit]
        edits.append(edit)
    }

    private mutating func addState(to batch: inout SessionBatch) {
        let name = Bool.random(using: &random) ? "acquisition" : "control"
        let position = RingPosition(
            ring: "ring-\(name)", name: name, position: random.next() | 1 << 63)
        batch.ringPositions = [position]
        positions[position.ring] = position
        let key = "state-\(Int.random(in: 0..<3, using: &random))"
        let state = (0..<Int.random(in: 0...40, using: &random)).map { _ in
            UInt8.random(in: 0...255, using: &random)
        }
        batch.savedStates = [key: state]
        states[key] = state.isEmpty ? nil : state
        if batches % 7 == 0 {
            sources = "{\"batch\": \(batches)}"
            batch.sources = sources
        }
        if batches % 5 == 0 {
            let triple = RecordedTriple(
                triple: TimeTriple(
                    monotonic: now, boottime: 5, realtime: Int64(batches), uncertainty: 9),
                cause: "periodic")
            batch.timeTriples = [triple]
            triples.append(triple)
            let observation = ClockObservation(
                stream: 1, index: Int64(batches), deviceTime: 77, sent: now, arrival: now + 1)
            batch.clockObservations = [observation]
            observations.append(observation)
            batch.faults = [FaultCount(stream: 1, cause: "checksum", count: 2)]
            faults["checksum", default: 0] += 2
        }
    }

    /// The batch that ends the session.
    public func stop() -> SessionBatch {
        var batch = SessionBatch()
        batch.stateChange = SessionStateChange(
            state: .stopped, at: now + 1_000, outcome: "completed")
        return batch
    }

    /// Writes a whole session of so many batches, stopped, and closes the file.
    public mutating func write(to path: String, batches: Int) throws(SessionStoreError) {
        let writer = try SessionWriter.create(
            at: path, description: description, streams: descriptions)
        for _ in 0..<batches { try writer.commit(next()) }
        try writer.commit(stop())
        try writer.close()
    }
}
