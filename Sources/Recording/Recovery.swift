import Foundation
import Glibc
import Link
import Logging
import Ring
import SessionStore
import SystemCalls
import Timebase

/// What a start found of earlier sessions, and has already brought in order.
struct RecoveredStation {
    struct Resumed {
        var session: ActiveSession
        var writer: SessionWriter
    }

    var resumed: [Resumed] = []
    /// Files that wait for their final form.
    var unfinished: [String] = []
    /// Sessions that broke off too long ago: their files, closed as interrupted.
    var interrupted: [SessionRow] = []
    var highestSource: UInt32 = 0
    var highestSession: UInt32 = 0
    /// Holds the resumed sessions, positioned at the start of new rings.
    fileprivate var held: Interpreter

    static var nothing: RecoveredStation { RecoveredStation(held: Interpreter()) }

    fileprivate init(held: Interpreter) { self.held = held }

    /// The interpreter to go on with.
    func interpreter() -> ThreadCargo<Interpreter> { ThreadCargo(held) }

    /// The source of a resumed session that a device had.
    func source(named name: String) -> SourceEntry? {
        for entry in resumed.flatMap({ $0.session.sources.sources })
        where entry.name == name && entry.kind != .linked {
            return entry
        }
        return nil
    }

    fileprivate mutating func keep(_ interpreter: Interpreter) { held = interpreter }
}

/// Takes up after a crash: brings what the rings still hold into the session files, exactly once,
/// and decides which sessions go on.
///
/// A session's file knows how far each ring is stored. What lies behind that was published but not
/// committed; it is interpreted from the saved states of decoders and clocks on, and committed.
/// Only then are the old rings removed, so that this may itself be broken off at any point.
struct Recovery {
    let data: String
    let runtime: String
    let boot: String
    let settings: StationSettings
    let log: Logger

    func run() throws -> RecoveredStation {
        var station = RecoveredStation.nothing
        var open: [(session: ActiveSession, writer: SessionWriter, resumed: ResumedSession)] = []
        for (study, path) in try StudyCatalogue.files(data: data) {
            switch study {
            case .recording:
                if let taken = take(path) { open.append(taken) }
            case .stopped: station.unfinished.append(path)
            }
        }
        let interpreter = Interpreter()
        for entry in open { prepare(entry, interpreter) }
        let ends = replay(interpreter, open)
        for entry in open { settle(entry, interpreter, ends, &station) }
        station.keep(interpreter)
        removeRings()
        return station
    }

    private func take(
        _ path: String
    ) -> (session: ActiveSession, writer: SessionWriter, resumed: ResumedSession)? {
        do throws(SessionStoreError) {
            let (writer, resumed) = try SessionWriter.open(at: path)
            guard let sources = resumed.sources.flatMap(SessionSources.decoded) else {
                try giveUp(writer, resumed)
                return nil
            }
            let session = ActiveSession(
                number: sources.number, description: resumed.session.description, path: path,
                phases: ProtocolAccess.phases(
                    of: resumed.session.description.protocolText,
                    kind: resumed.session.description.kind),
                sources: sources,
                devices: sources.sources.filter { $0.kind != .linked }.map(\.id))
            return (session, writer, resumed)
        } catch {
            log.error("\(path) cannot be taken up: \(error)")
            return nil
        }
    }

    /// Closes a session whose file was made, but which had not begun when the daemon ended: nobody
    /// was ever told that it records.
    private func giveUp(
        _ writer: SessionWriter, _ resumed: ResumedSession
    ) throws(SessionStoreError) {
        var batch = SessionBatch()
        batch.stateChange = SessionStateChange(
            state: .interrupted, at: resumed.session.description.started,
            reason: "the daemon ended before the session had begun")
        try writer.commit(batch)
        try writer.close()
        log.warning("\(writer.path) had not begun; it is closed as interrupted")
    }

    /// Builds the session as it was at its last commit.
    private func prepare(
        _ entry: (session: ActiveSession, writer: SessionWriter, resumed: ResumedSession),
        _ interpreter: Interpreter
    ) {
        let recorder = SessionRecorder(
            number: entry.session.number, identifier: entry.session.identifier,
            started: entry.session.description.started,
            positions: (0, 0), sources: entry.session.sources)
        recorder.restore(
            sequences: entry.resumed.clientSequences, states: entry.resumed.savedStates)
        let models = Dictionary(
            entry.session.sources.sources.flatMap { source in
                SourceEntryAccess.models(source)
            }, uniquingKeysWith: { first, _ in first })
        for description in entry.resumed.streams {
            let stream = StreamRecorder(
                description, model: models[description.id] ?? description.clockModel)
            if let state = entry.resumed.savedStates["clock/\(description.id)"] {
                do throws(StateError) {
                    try stream.restore(state)
                } catch {
                    log.error("the clock of \(description.name) starts anew: \(error)")
                    stream.startAnew(at: entry.resumed.sampleCounts[description.id] ?? 0)
                }
            }
            recorder.add(stream)
        }
        interpreter.add(recorder)
        for source in entry.session.sources.sources {
            guard let content = SourceEntryAccess.content(source) else {
                log.error("the profile of \(source.name) cannot be read again")
                continue
            }
            let state = SourceState(id: source.id, name: source.name, content: content)
            state.isWithheld = source.isWithheld ?? false
            if let saved = entry.resumed.savedStates["source/\(source.id)"] {
                do throws(StateError) {
                    try state.restore(saved)
                } catch {
                    log.error("the decoder of \(source.name) starts anew: \(error)")
                }
            }
            state.session = recorder
            state.streams = source.streams
            interpreter.add(state)
        }
    }

    /// Interprets what the rings hold beyond the sessions' positions.
    /// - Returns: how far each ring is thereby done with. It is committed with what was replayed, so
    ///   that a second recovery, if this one breaks off before the rings are removed, finds nothing.
    private func replay(
        _ interpreter: Interpreter,
        _ open: [(session: ActiveSession, writer: SessionWriter, resumed: ResumedSession)]
    ) -> [RingPosition] {
        var ends: [RingPosition] = []
        guard !open.isEmpty else { return ends }
        for name in ["control", "acquisition"] {
            let path = "\(runtime)/\(name).ring"
            guard FileSystem.exists(path) else {
                log.warning("there is no \(name) ring from before: nothing can be taken from it")
                continue
            }
            do throws(RingError) {
                let (ring, recovery) = try Ring.reopen(
                    at: path, bootIdentifier: boot, from: nil)
                if let complaint = recovery.complaint { log.warning("\(complaint)") }
                let identity = String(ring.identity.identifier, radix: 16)
                for entry in open {
                    let stored = entry.resumed.ringPositions.first { $0.ring == identity }
                    let recorder = interpreter.sessions[entry.session.number]
                    if name == "control" {
                        recorder?.positions.control = stored?.position ?? 0
                    } else {
                        recorder?.positions.acquisition = stored?.position ?? 0
                    }
                }
                var reader = ring.makeReader(from: recovery.start)
                _ = reader.refresh()
                var count = 0
                while let record = reader.next() {
                    count += 1
                    if name == "control" {
                        interpreter.takeControl(record)
                    } else {
                        interpreter.takeAcquired(record)
                    }
                }
                if name == "acquisition", let id = recovery.sourceUnderWay {
                    interpreter.readingBrokeOff(id, at: Clocks.now())
                }
                ends.append(ring.mark(recovery.end))
                log.info("\(name) ring: \(count) records taken up")
            } catch {
                log.warning("the \(name) ring cannot be taken up: \(error)")
            }
        }
        return ends
    }

    /// Commits what was replayed, and decides whether the session goes on.
    private func settle(
        _ entry: (session: ActiveSession, writer: SessionWriter, resumed: ResumedSession),
        _ interpreter: Interpreter, _ ends: [RingPosition], _ station: inout RecoveredStation
    ) {
        guard let recorder = interpreter.sessions[entry.session.number] else { return }
        let row = entry.resumed.session
        let goesOn = row.description.bootIdentifier == boot && isRecent(entry)
        let now = Clocks.now()
        var change: SessionStateChange?
        if recorder.stage == .recording && !goesOn {
            let last = entry.resumed.lastArrivals.values.max() ?? row.description.started
            change = SessionStateChange(
                state: .interrupted, at: row.description.bootIdentifier == boot ? now : last,
                reason: row.description.bootIdentifier == boot
                    ? "no daemon was running for too long" : "the machine was started anew")
        }
        if let change { recorder.beginStop(change, acquisition: 0) }
        if recorder.stage == .recording {
            for source in interpreter.sources.values where source.session === recorder {
                pause(source, interpreter, recorder, until: now)
            }
            recorder.audit(
                AuditEntry(
                    time: now, realtime: Clocks.realtime(), actor: "attuned", action: "resume"))
        }
        for source in interpreter.sources.values where source.session === recorder {
            recorder.save("source/\(source.id)", source.save())
        }
        recorder.positions = (0, 0)
        if recorder.stage == .recording { recorder.note(Clocks.triple(), cause: "resume") }
        // Nothing more comes out of these rings: a stop that waits for a position has reached it.
        let end = RingPosition(ring: "", name: "", position: .max)
        if var batch = recorder.makeBatch(
            acquisition: end, control: end, triple: Clocks.triple())
        {
            batch.ringPositions = ends
            do throws(SessionStoreError) {
                try entry.writer.commit(batch)
            } catch {
                log.critical("\(entry.session.path) cannot be written: \(error)")
                interpreter.remove(session: entry.session.number)
                return
            }
        }
        guard recorder.stage == .recording else {
            interpreter.remove(session: entry.session.number)
            try? entry.writer.close()
            station.unfinished.append(entry.session.path)
            if change != nil { station.interrupted.append(row) }
            return
        }
        let linked = recorder.sources.sources.filter { $0.kind == .linked }.map(\.name)
        for client in Set(recorder.clientNames + linked).sorted() {
            let taken = ActiveSession.Client(name: client, title: client)
            taken.taken = recorder.sequence(of: client)
            taken.durable = taken.taken
            if let source = recorder.sources.sources.first(where: {
                $0.name == client && $0.kind == .linked
            }) {
                taken.source = source.id
                taken.streams = source.linked
                taken.streamIDs = source.streams
            }
            entry.session.clients[client] = taken
        }
        entry.session.sources = recorder.sources
        entry.session.phase = recorder.openPhase ?? ProtocolAccess.openPhase(entry.session.path)
        station.resumed.append(
            RecoveredStation.Resumed(session: entry.session, writer: entry.writer))
        station.highestSession = max(station.highestSession, entry.session.number)
        station.highestSource = max(
            station.highestSource, recorder.sources.sources.map(\.id).max() ?? 0)
    }

    /// Nobody was reading this source for a while.
    private func pause(
        _ source: SourceState, _ interpreter: Interpreter, _ recorder: SessionRecorder,
        until now: Instant
    ) {
        source.health = SourceHealth()
        switch source.content {
        case .device(let profile):
            // Frames with a check value may go on in the middle; of a line nobody could tell
            // whether its two halves belong together.
            // And many a sketch starts anew when its port is opened.
            var continues = true
            if case .lines = profile.framing {
                source.decoder?.interrupt()
                continues = false
            }
            interpreter.interrupt(source, .restart, keepsPosition: continues)
        case .keyboard, .pointer:
            source.keys.forgetHeld()
            source.interruption = .restart
            if let keys = source.streams.first {
                interpreter.gapInKeys(source, recorder, keys, .restart, until: now, lost: 0)
            }
            interpreter.interrupt(source, .restart, keepsPosition: true)
        case .linked: break
        }
    }

    private func isRecent(
        _ entry: (session: ActiveSession, writer: SessionWriter, resumed: ResumedSession)
    ) -> Bool {
        let last = entry.resumed.lastArrivals.values.max() ?? entry.session.description.started
        let limit = Int64(settings.resumeLimitSeconds) * 1_000_000_000
        if Clocks.now() - last <= limit { return true }
        // A session in which nothing arrives may still be going on: its file tells when it was last
        // written.
        var status = stat()
        guard unsafe stat("\(entry.session.path)-wal", &status) == 0 else { return false }
        let age = Clocks.realtime() / 1_000_000_000 - Int64(status.st_mtim.tv_sec)
        return age <= Int64(settings.resumeLimitSeconds)
    }

    private func removeRings() {
        for name in ["control", "acquisition"] {
            try? FileSystem.remove("\(runtime)/\(name).ring")
        }
    }
}
