import Foundation
import Glibc
import Link
import Logging
import Ring
import SessionStore
import SystemCalls
import Timebase

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
    /// Devices that stayed open while no daemon ran.
    let kept: KeptDescriptors
    let log: Logger

    func run() throws -> RecoveredStation {
        var station = RecoveredStation.nothing
        var open: [Recording] = []
        for (study, path) in try StudyCatalogue.files(data: data) {
            switch study {
            case .recording:
                if let taken = try take(path, &station) { open.append(taken) }
            case .ended: station.unfinished.append(path)
            case .denied:
                log.error("\(path) may not be read and written by attuned: it is left as it is")
                station.denied.append(path)
            }
        }
        let interpreter = Interpreter()
        for entry in open { prepare(entry, interpreter) }
        let (ends, brokenOff) = replay(interpreter, open)
        for entry in open { try settle(entry, interpreter, ends, brokenOff, &station) }
        station.keep(interpreter)
        removeRings()
        return station
    }

    /// A session's file that was being recorded.
    private struct Recording {
        let session: ActiveSession
        let writer: SessionWriter
        let resumed: ResumedSession
        /// When its log was written last, in nanoseconds since 1970; nil where there is none.
        let written: Int64?
    }

    /// Ends the start where a session cannot be written now: the rings hold what belongs into it, and a later
    /// start stores it.
    private func refuse(_ path: String, _ error: SessionStoreError) -> StationError {
        StationError(
            .unstored,
            "\(path) was being recorded and cannot be written now: \(error). What is not stored waits "
                + "in \(runtime) until the machine is switched off: mend the disk or make room, and "
                + "start attuned again.")
    }

    /// Bytes that may wait in the rings for a session to end.
    static func waiting(_ settings: StationSettings) -> Int64 {
        2 * Int64(Station.ringCapacity(megabytes: settings.ringMegabytes))
    }

    private func take(
        _ path: String, _ station: inout RecoveredStation
    ) throws(StationError) -> Recording? {
        // Opening it brings the log into the file.
        let written = FileSystem.changed("\(path)-wal")
        do throws(SessionStoreError) {
            let (writer, resumed) = try SessionWriter.open(at: path)
            guard let sources = resumed.sources.flatMap(SessionSources.decoded) else {
                try giveUp(writer, resumed)
                station.unfinished.append(path)
                return nil
            }
            let session = ActiveSession(
                number: sources.number, description: resumed.session.description, path: path,
                phases: ProtocolAccess.phases(
                    of: resumed.session.description.protocolText,
                    kind: resumed.session.description.kind),
                sources: sources,
                devices: sources.sources.filter { $0.kind != .linked }.map(\.id))
            do throws(SessionStoreError) {
                try writer.keepRoom(waiting: Self.waiting(settings))
            } catch {
                log.warning("\(path) has less room kept for its end than it should: \(error)")
            }
            return Recording(session: session, writer: writer, resumed: resumed, written: written)
        } catch {
            if error.isPassing { throw refuse(path, error) }
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
        _ entry: Recording,
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
    /// - Returns: the source that the daemon was reading from when it fell, and how far each ring is
    ///   thereby done with. That is committed with what was replayed, so
    ///   that a second recovery, if this one breaks off before the rings are removed, finds nothing.
    private func replay(
        _ interpreter: Interpreter,
        _ open: [Recording]
    ) -> (ends: [RingPosition], brokenOff: UInt32?) {
        var ends: [RingPosition] = []
        var brokenOff: UInt32?
        guard !open.isEmpty else { return (ends, nil) }
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
                for overflow in recovery.untoldOverflows {
                    interpreter.take(overflow, toldAt: recovery.end)
                }
                if name == "acquisition", let id = recovery.sourceUnderWay {
                    interpreter.readingBrokeOff(id, at: Clocks.now())
                    brokenOff = id
                }
                // Behind the end: what the ring had no more room to tell is done with, too.
                ends.append(ring.mark(recovery.end &+ 1))
                log.info("\(name) ring: \(count) records taken up")
            } catch {
                log.warning("the \(name) ring cannot be taken up: \(error)")
            }
        }
        return (ends, brokenOff)
    }

    private func isKept(_ source: SourceState) -> Bool {
        let kind: ManagedDevice.Kind
        switch source.content {
        case .device(let profile):
            guard case .serial = profile.transport else { return false }
            kind = .serial
        case .keyboard: kind = .keyboard
        case .pointer: kind = .pointer
        case .linked: return false
        }
        return kept.has(DescriptorName.of(source.name, kind: kind.name))
    }

    /// Commits what was replayed, and decides whether the session goes on.
    private func settle(
        _ entry: Recording,
        _ interpreter: Interpreter, _ ends: [RingPosition], _ brokenOff: UInt32?,
        _ station: inout RecoveredStation
    ) throws(StationError) {
        guard let recorder = interpreter.sessions[entry.session.number] else { return }
        let row = entry.resumed.session
        let triple = Clocks.triple()
        let isSameBoot = row.description.bootIdentifier == boot
        let slept =
            isSameBoot ? entry.resumed.lastTriple.map { triple.slept(since: $0) } ?? 0 : 0
        let goesOn = isSameBoot && isRecent(entry, slept: slept)
        let now = Clocks.now()
        var change: SessionStateChange?
        if recorder.stage == .recording && !goesOn {
            let last = entry.resumed.lastArrivals.values.max() ?? row.description.started
            change = SessionStateChange(
                state: .interrupted, at: isSameBoot ? now : last,
                reason: isSameBoot
                    ? "no daemon was running for too long" : "the machine was started anew")
        }
        if let change {
            recorder.audit(
                AuditEntry(
                    time: now, realtime: Clocks.realtime(), actor: "attuned", action: "interrupt",
                    detail: JSONText.object([("reason", JSONText.string(change.reason ?? ""))])))
        }
        if let change { recorder.beginStop(change, acquisition: 0) }
        interpreter.endLosses(of: recorder, readUpTo: .max)
        if recorder.stage == .recording {
            for source in interpreter.sources.values where source.session === recorder {
                // A source that stayed open lost nothing, unless the daemon fell in the middle of a read.
                if isKept(source) && source.id != brokenOff {
                    source.mayBeKept = true
                } else {
                    interpreter.wasNotRead(source, recorder, until: now)
                }
            }
            recorder.goOn(from: entry.resumed.lastTriple, slept: slept)
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
                try commit(batch, entry.writer)
            } catch {
                if error.isPassing { throw refuse(entry.session.path, error) }
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
        for source in interpreter.sources.values
        where source.session === recorder && source.mayBeKept {
            station.heldKeys[source.id] = source.keys.held
        }
        entry.session.sources = recorder.sources
        entry.session.phase = recorder.openPhase ?? ProtocolAccess.openPhase(entry.session.path)
        station.resumed.append(
            RecoveredStation.Resumed(session: entry.session, writer: entry.writer))
        station.highestSession = max(station.highestSession, entry.session.number)
        station.highestSource = max(
            station.highestSource, recorder.sources.sources.map(\.id).max() ?? 0)
    }

    /// Commits what was replayed, also where the disk is full: what a crash left has to be stored before
    /// anything else.
    private func commit(
        _ batch: SessionBatch, _ writer: SessionWriter
    ) throws(SessionStoreError) {
        do throws(SessionStoreError) {
            try writer.commit(batch)
        } catch {
            guard error.code == .diskFull, try writer.spendRoomForEnding(goesOn: true) else {
                throw error
            }
            try writer.commit(batch)
        }
    }

    private func isRecent(
        _ entry: Recording,
        slept: Int64
    ) -> Bool {
        let last = entry.resumed.lastArrivals.values.max() ?? entry.session.description.started
        let limit = Int64(settings.resumeLimitSeconds) * 1_000_000_000
        if Clocks.now() - last + slept <= limit { return true }
        // A session in which nothing arrives may still be going on: its file tells when it was last
        // written.
        guard let written = entry.written else { return false }
        return Clocks.realtime() - written <= limit
    }

    private func removeRings() {
        for name in ["control", "acquisition"] {
            try? FileSystem.remove("\(runtime)/\(name).ring")
        }
    }
}
