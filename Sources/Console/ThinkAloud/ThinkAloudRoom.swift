import Link
import SystemCalls
import Timebase
import Web

/// One think-aloud while it is held: where the replay is, who follows it, what was done.
///
/// What happens is written to the journal, then it counts, then the views and the daemon are told. The
/// journal alone makes the state, so that a killed console goes on where it was.
actor ThinkAloudRoom {
    nonisolated let look: ThinkAloudLook
    nonisolated let directory: String
    private let links: ThinkAloudLinks
    private let journal: ThinkAloudJournal
    private var events: Int64
    private(set) var state: ThinkAloudState
    private var subscribers: [Int: EventFollower<String>] = [:]
    private var nextSubscriber = 0
    /// Counts the replay's moves, so that a planned end is given up after another one.
    private var moves = 0
    private var lastTold = Instant(nanoseconds: 0)

    /// A move of the replay takes effect so much after it was asked for, so that all views begin
    /// together, in nanoseconds.
    static let lead: Int64 = 60_000_000

    /// Opens the room's files, or makes them.
    init(
        _ look: ThinkAloudLook, shows: [String: JSONValue], directory: String,
        links: ThinkAloudLinks
    ) throws {
        self.look = look
        self.directory = directory
        self.links = links
        try FileSystem.makeDirectories(directory, mode: 0o700)
        let (journal, known) = try ThinkAloudJournal.open("\(directory)/room.jsonl")
        self.journal = journal
        var state = ThinkAloudState(look, shows: shows)
        for event in known { state.take(event) }
        self.state = state
        events = Int64(known.count)
        // What an earlier process wrote down and did not hand on.
        let name = ThinkAloudLinkName(commentary: look.commentary, part: .console)
        links.add { table in
            guard let link = try? table.link(name, in: directory) else { return }
            for event in known {
                _ = try? link.put(
                    event.number, kind: event.kind, time: Instant(nanoseconds: event.timeNs),
                    payload: event.payload)
            }
        }
    }

    // MARK: Views

    /// Begins to tell a view. Each state is whole, so that a slow view is only ever told the newest one,
    /// and nothing piles up for it.
    /// - Parameter close: closes the connection, where the view does not read at all.
    func follow(close: @escaping @Sendable () -> Void) -> (Int, EventFollower<String>) {
        let subscriber = EventFollower<String>(mostWaiting: 1, patienceSeconds: 45, close: close)
        nextSubscriber += 1
        subscribers[nextSubscriber] = subscriber
        subscriber.send(text())
        if state.isEnded { subscriber.finish() }
        return (nextSubscriber, subscriber)
    }

    func unfollow(_ number: Int) { subscribers[number] = nil }

    private func text() -> String {
        String(decoding: state.json(at: Clocks.now()).serialised, as: UTF8.self)
    }

    func told() -> JSONValue { state.json(at: Clocks.now()) }

    /// Tells all views how it stands.
    func tell() {
        lastTold = Clocks.now()
        let text = text()
        for subscriber in subscribers.values { subscriber.send(text) }
    }

    /// Tells it again, so that every connection is seen to be alive, and lets go those that are not.
    func beat() {
        if Clocks.now() - lastTold > 10_000_000_000 { tell() }
        for (number, subscriber) in subscribers where subscriber.isStuck {
            subscriber.end()
            subscribers[number] = nil
        }
    }

    // MARK: What happens

    /// Writes something down, and makes it count.
    func record(_ kind: String, at time: Instant, _ payload: JSONValue) throws {
        let event = ThinkAloudEvent(
            number: events + 1, kind: kind, timeNs: time.nanoseconds, payload: payload)
        try journal.append(event)
        events += 1
        state.take(event)
        let name = ThinkAloudLinkName(commentary: look.commentary, part: .console)
        let directory = directory
        links.add { table in
            // What fails here is put in from the journal when the room is opened again.
            guard let link = try? table.link(name, in: directory) else { return }
            _ = try? link.put(event.number, kind: kind, time: time, payload: payload)
        }
    }

    /// Moves the replay.
    /// - Parameters:
    ///   - cause: why, see `Protocols/formats/think-aloud.md`.
    ///   - asked: when the console was told.
    func move(
        to position: Double, rate: Double, playing: Bool, cause: String, by who: ThinkAloudPerson,
        asked: Instant
    ) throws {
        moves += 1
        // Never before the last move takes effect: the log's order is that of its times.
        let from = max(playing ? asked + Self.lead : asked, state.replay.from)
        try record(
            "position", at: from,
            [
                "session_ns": .integer(look.nanoseconds(look.clamped(position))),
                "rate": .real(rate), "playing": .bool(playing), "cause": .string(cause),
                "by": .string(who.by), "actor": .string(who.actor),
                "view": who.view.map(JSONValue.string) ?? .null,
                "asked_ns": .integer(asked.nanoseconds),
            ])
        planEnd()
        tell()
    }

    /// Sees to it that the replay stands once it reaches the session's end.
    private func planEnd() {
        let end = look.range.upperBound
        guard let delay = state.replay.delay(until: end, now: Clocks.now()) else { return }
        let move = moves
        Task { [weak self] in
            try? await Task.sleep(for: .nanoseconds(delay))
            try? await self?.reachEnd(after: move)
        }
    }

    private func reachEnd(after move: Int) throws {
        guard move == moves, !state.isEnded, state.replay.isPlaying else { return }
        let end = look.range.upperBound
        let replay = state.replay
        // When it got there, not when this was noticed.
        let reached =
            replay.from + Int64(((end - replay.position) / replay.rate * 1e9).rounded())
        try self.move(
            to: end, rate: replay.rate, playing: false, cause: "end",
            by: ThinkAloudPerson(by: "console", actor: "console"), asked: reached)
    }

    /// A killed console that comes back while the replay plays plans its end anew.
    func resume() { planEnd() }

    // MARK: What others tell

    /// How the commentary stands with the daemon.
    func note(phase: String?, sensors: [String], mayRecord: Bool, isEnded: Bool) {
        let isNews =
            state.phase != phase || state.sensors != sensors || state.mayRecord != mayRecord
            || state.isEnded != isEnded
        state.phase = phase
        state.sensors = sensors
        state.mayRecord = mayRecord
        state.isEnded = isEnded
        let microphone = state.microphoneState(at: Clocks.now())
        if isNews || microphone != toldMicrophone { tell() }
        toldMicrophone = microphone
        if isEnded {
            for subscriber in subscribers.values { subscriber.finish() }
            subscribers = [:]
        }
    }

    private var toldMicrophone: String?
    /// Pages whose microphones brought sound, and when they did last.
    private var sounding: [String: Instant] = [:]

    /// Tells all views that it is about to end: whoever records hands over what there is.
    /// - Returns: false where that was said already.
    func beginEnd(by who: ThinkAloudPerson) -> Bool {
        guard !state.isStopping, !state.isEnded else { return false }
        state.isStopping = true
        let now = Clocks.now()
        do {
            try move(
                to: state.replay.position(at: now), rate: state.replay.rate, playing: false,
                cause: "stop", by: who, asked: now)
        } catch {
            // The log cannot be written: the end is told all the same.
            tell()
        }
        return true
    }

    /// It goes on: the daemon did not stop it.
    func takeBackEnd() {
        state.isStopping = false
        tell()
    }

    /// A page's microphone has handed over all that it heard.
    func noteDone(_ view: String) { sounding[view] = nil }

    /// Waits for the pages that record to hand over what they have.
    func hearOut(nanoseconds: Int64) async {
        let end = Clocks.now() + nanoseconds
        while Clocks.now() < end {
            let now = Clocks.now()
            if sounding.values.allSatisfy({ now - $0 > ThinkAloudState.silence }) { return }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Samples of a page's microphone came.
    func note(_ microphone: ThinkAloudState.Microphone) {
        sounding[microphone.view] = microphone.last
        let isNew = state.microphone?.stream != microphone.stream
        state.microphone = microphone
        // The count is told once a second, each block comes four times.
        if isNew || Clocks.now() - lastTold > 1_000_000_000 { tell() }
    }

    /// The stream for a page's microphone at a rate; begins one where it is new.
    func stream(
        of view: String, rate: Int, settings: JSONValue = .null
    ) throws -> String {
        if let known = state.stream(of: view, rate: rate) { return known }
        let number = state.streams.count + 1
        let name = number == 1 ? "microphone" : "microphone-\(number)"
        try record(
            "microphone", at: Clocks.now(),
            [
                "view": .string(view), "stream": .string(name), "rate": .integer(Int64(rate)),
                "settings": settings,
            ])
        return name
    }
}
