import Ring
import SessionStore
import SystemCalls
import Timebase

/// The sequencer thread's own state; lives and dies in that thread.
///
/// The order of draining keeps announcements before data: the acquisition ring's published position
/// is read first, then all messages and control records are taken, then the acquisition ring up to
/// that position. Whoever announces a source does so before its descriptor goes to the reader.
final class SequencerLoop {
    private let acquisition: Ring
    private let control: Ring
    private var acquisitionReader: RingReader
    private var controlReader: RingReader
    private let interpreter: Interpreter
    private let messages: Mailbox<Sequencer.Message>
    private let store: Mailbox<StoreThread.Message>
    private let feed: LiveFeed
    private let board: SnapshotBoard
    private let settings: Sequencer.Settings
    private let wallClock: any WallClock
    private let heart: Heartbeat
    private var storeIsFree = true
    private var backlog = StoreBacklog.nothing
    private var isFinished = false
    private var isUrgent = false
    /// The last look at the rings found much.
    private var isBusy = false
    private var lastPackage = Clocks.now()
    private var lastBoard = Instant(nanoseconds: 0)
    /// Somebody waits for the next report.
    private var isReportDue = false
    /// Counts over all sessions.
    private var tally = StreamTally()
    /// What the acquisition ring lost, and no record tells up to where it was last read.
    private var untold: [RingOverflow] = []
    /// Up to when everything that the reader published has been taken.
    private var known = Instant(nanoseconds: 0)

    init(
        acquisition: Ring, control: Ring, interpreter: Interpreter,
        messages: Mailbox<Sequencer.Message>, store: Mailbox<StoreThread.Message>, feed: LiveFeed,
        board: SnapshotBoard, settings: Sequencer.Settings, heart: Heartbeat,
        wallClock: any WallClock
    ) {
        self.heart = heart
        self.wallClock = wallClock
        self.acquisition = acquisition
        self.control = control
        acquisitionReader = acquisition.makeReader(from: acquisition.released)
        controlReader = control.makeReader(from: control.released)
        self.interpreter = interpreter
        self.messages = messages
        self.store = store
        self.feed = feed
        self.board = board
        self.settings = settings
        for session in interpreter.sessions.values {
            tally.takeUp(session.number, session.streams.values.map(\.snapshot))
        }
    }

    func run() {
        while true {
            heart.beat()
            drain()
            let now = Clocks.now()
            if storeIsFree
                && (isUrgent || isFinished || isPressed
                    || now - lastPackage >= settings.commitInterval)
            {
                handOver(now)
            }
            if now - lastBoard >= 100_000_000 || isUrgent || isReportDue { report(now) }
            isUrgent = false
            // What could not be stored by now stays in the rings, and is taken up at the next start.
            if isFinished { return }
            if messages.wait(milliseconds: pause(now), or: wallClock.number),
                wallClock.takeChange()
            {
                noteClockChange()
            }
        }
    }

    /// The wall clock was set: what it says now counts from here on.
    private func noteClockChange() {
        let triple = wallClock.triple()
        for session in interpreter.sessions.values { session.note(triple, cause: nil) }
    }

    /// Milliseconds until the rings are looked at again, unless a message comes before.
    private func pause(_ now: Instant) -> Int32 {
        if !interpreter.followed.isEmpty { return settings.livePause }
        if isBusy { return settings.busyPause }
        // One more, so that it is not a moment too early.
        let left = (settings.commitInterval - (now - lastPackage)) / 1_000_000 + 1
        return Int32(clamping: max(1, storeIsFree ? left : Int64(settings.busyPause)))
    }

    private func drain() {
        // Nothing more is taken while the store is far behind: the rings hold it, and count what
        // they cannot hold.
        let pending = interpreter.sessions.values.reduce(0) { $0 + $1.pendingBytes }
        let mayRead = pending < settings.pendingLimit
        let began = Clocks.now()
        let limit = acquisitionReader.refresh()
        untold = acquisition.untoldOverflows(before: limit)
        obey()
        interpreter.followed = feed.followed
        guard mayRead else { return }
        let controlled = controlReader.refresh()
        isBusy =
            share(limit &- acquisitionReader.position, acquisition) > settings.busyShare
            || share(controlled &- controlReader.position, control) > settings.busyShare
        while let record = controlReader.next() { interpreter.takeControl(record) }
        while acquisitionReader.position < limit, let record = acquisitionReader.next() {
            interpreter.takeAcquired(record)
        }
        known = began
        if !interpreter.live.isEmpty {
            feed.post(interpreter.live)
            interpreter.live.removeAll(keepingCapacity: true)
        }
    }

    private func share(_ bytes: UInt64, _ ring: Ring) -> Double {
        Double(bytes) / Double(ring.capacity)
    }

    /// Whether the rings hold so much that is read and not stored that the next commit cannot wait.
    private var isPressed: Bool {
        share(acquisitionReader.position &- acquisition.released, acquisition)
            > settings.pressingShare
            || share(controlReader.position &- control.released, control) > settings.pressingShare
    }

    private func obey() {
        for message in messages.takeAll() {
            switch message {
            case .source(let announcement): add(announcement)
            case .removeSource(let id): interpreter.remove(source: id)
            case .session(let announcement): add(announcement)
            case .storeIsFree(let left):
                storeIsFree = true
                backlog = left
            case .hurry: isUrgent = true
            case .look: break
            case .report: isReportDue = true
            case .finish: isFinished = true
            }
        }
    }

    private func add(_ announcement: SourceAnnouncement) {
        let source =
            interpreter.sources[announcement.id]
            ?? SourceState(
                id: announcement.id, name: announcement.name, content: announcement.content.state)
        interpreter.add(source)
        if let number = announcement.session, let session = interpreter.sessions[number] {
            interpreter.assign(source, to: session, streams: announcement.streams)
        }
    }

    private func add(_ announcement: SessionAnnouncement) {
        let session = SessionRecorder(
            number: announcement.number, identifier: announcement.identifier,
            started: announcement.started,
            positions: (announcement.acquisition, announcement.control),
            sources: announcement.sources, triple: announcement.triple)
        for plan in announcement.streams {
            session.add(StreamRecorder(plan.description, model: plan.model))
        }
        interpreter.add(session)
        for entry in announcement.sources.sources {
            guard let source = interpreter.sources[entry.id] else { continue }
            interpreter.assign(
                source, to: session, streams: entry.streams, isWithheld: entry.isWithheld ?? false)
        }
        isUrgent = true
    }

    /// Makes the next package for the store: a batch for each session that has something.
    private func handOver(_ now: Instant) {
        lastPackage = now
        let positions = (
            acquisition: acquisition.mark(acquisitionReader.position),
            control: control.mark(controlReader.position)
        )
        for session in interpreter.sessions.values {
            interpreter.endPauses(of: session, readUpTo: positions.acquisition.position)
            interpreter.endLosses(
                of: session, readUpTo: positions.acquisition.position, untold: untold)
        }
        for source in interpreter.sources.values where source.isDirty {
            source.session?.save("source/\(source.id)", source.save())
            source.isDirty = false
        }
        let triple = wallClock.triple()
        var package = StorePackage(
            batches: [], stopped: [], acquisition: acquisitionReader.position,
            control: controlReader.position)
        for session in interpreter.sessions.values {
            if let batch = session.makeBatch(
                acquisition: positions.acquisition, control: positions.control, triple: triple)
            {
                package.batches.append((session.number, batch))
            }
            if session.stage == .stopped { package.stopped.append(session.number) }
        }
        for number in package.stopped {
            if let session = interpreter.sessions[number] {
                tally.end(number, session.streams.values.map(\.snapshot))
            }
            interpreter.remove(session: number)
        }
        guard !package.batches.isEmpty || backlog == .waiting else {
            // Nothing to store: what was read belongs to no session.
            acquisition.release(upTo: package.acquisition)
            control.release(upTo: package.control)
            return
        }
        storeIsFree = false
        store.post(.package(package))
    }

    private func report(_ now: Instant) {
        lastBoard = now
        isReportDue = false
        var snapshot = StationSnapshot()
        snapshot.known = known
        snapshot.sources = interpreter.sources.mapValues(\.health)
        snapshot.sessions = interpreter.sessions.mapValues { session in
            StationSnapshot.Session(
                streams: session.streams.values.sorted { $0.id < $1.id }.map(\.snapshot),
                events: session.events)
        }
        snapshot.totals = tally.totals(with: snapshot.sessions.mapValues(\.streams))
        snapshot.damagedBytes =
            UInt64(acquisitionReader.damage.bytes) + UInt64(controlReader.damage.bytes)
        board.put(snapshot)
    }
}

extension SourceAnnouncement.Content {
    var state: SourceState.Content {
        switch self {
        case .device(let profile): .device(profile)
        case .keyboard: .keyboard
        case .pointer: .pointer
        }
    }
}

extension Ring {
    /// A position as a session file keeps it.
    func mark(_ position: UInt64) -> RingPosition {
        RingPosition(
            ring: String(identity.identifier, radix: 16), name: identity.name, position: position)
    }
}

extension StreamRecorder {
    var snapshot: StationSnapshot.Stream {
        StationSnapshot.Stream(
            id: id, name: description.name, kind: description.kind, source: description.source,
            clock: description.clock, channels: description.channels.map(\.name),
            units: description.channels.map(\.unit), nominalRate: description.nominalRate,
            samples: samples, events: events, gaps: gapCount, lost: lost, bound: clock.bound,
            lastArrival: lastArrival)
    }
}
