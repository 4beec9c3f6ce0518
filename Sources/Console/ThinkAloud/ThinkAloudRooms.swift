import Glibc
import Link
import Logging
import SessionStore
import SystemCalls
import Timebase

/// All think-alouds that are held. Any task may use it.
actor ThinkAloudRooms {
    private let surroundings: ConsoleSurroundings
    private let links: ThinkAloudLinks
    private let directory: String
    private var rooms: [String: ThinkAloudRoom] = [:]
    private var opening: [String: Task<ThinkAloudRoom, any Error>] = [:]
    private var cuesOf: [String: ThinkAloudCues] = [:]

    init(_ surroundings: ConsoleSurroundings) throws {
        self.surroundings = surroundings
        directory = "\(surroundings.settings.stateDirectory)/think-aloud"
        links = try ThinkAloudLinks(
            socketPath: surroundings.settings.socketPath, log: surroundings.log)
    }

    nonisolated var carriers: ThinkAloudLinks { links }

    /// Takes up what an earlier console left, and looks after the rooms from then on. Ends with its
    /// task.
    func run() async {
        for name in (try? FileSystem.list(directory)) ?? [] where !name.hasPrefix(".") {
            // One that is over, or that the daemon does not know any more, keeps its files.
            _ = try? await room(name)
        }
        while !Task.isCancelled {
            for room in rooms.values { await look(after: room) }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// The room of a commentary that is recorded.
    /// - Parameter id: of the commentary, as a whole.
    /// - Throws: `ConsoleRefusal` where there is none, or it is over.
    func room(_ id: String) async throws -> ThinkAloudRoom {
        if let room = rooms[id] { return room }
        if let task = opening[id] { return try await task.value }
        let task = Task { try await open(id, shows: nil) }
        opening[id] = task
        defer { opening[id] = nil }
        return try await task.value
    }

    private func open(
        _ id: String, shows: [String: JSONValue]?
    ) async throws -> ThinkAloudRoom {
        let (look, isRecording) = try await self.look(at: id)
        guard isRecording else { throw ThinkAloudRoom.over }
        let cues = try await cues(of: look.session)
        let usual = Dictionary(
            uniqueKeysWithValues: cues.shows.map { ($0, JSONValue.bool(true)) })
        let room = try ThinkAloudRoom(
            look, shows: usual.merging(shows ?? [:]) { $1 }, directory: "\(directory)/\(id)",
            links: links)
        rooms[id] = room
        links.add { table in
            table.watch(id) { [weak self] state in
                Task { await self?.take(state, of: id) }
            }
        }
        let state = await room.state
        if state.positions == 0 {
            // Where the replay stands before anybody touches it.
            if let shows {
                try await room.record("show", at: Clocks.now(), ["shows": .object(shows)])
            }
            try await room.move(
                to: look.range.lowerBound, rate: 1, playing: false, cause: "start",
                by: ThinkAloudPerson(by: "console", actor: "console"), asked: Clocks.now())
        } else {
            await room.resume()
        }
        await self.look(after: room)
        return room
    }

    /// Begins a think-aloud.
    /// - Parameters:
    ///   - sensors: devices that go on recording; nil for all that are free.
    ///   - shows: what the participant's view shows beside what the protocol says.
    ///   - actor: who begins it.
    func start(
        _ session: OpenedSession, sensors: [String]?, shows: [String: JSONValue], by actor: String
    ) async throws -> ThinkAloudRoom {
        let listed = session.listed
        let started = try await surroundings.station.call(
            ControlInterface.StartSession.self,
            .init(
                study: listed.study, participant: listed.participant, devices: sensors,
                kind: "commentary", pilot: listed.pilot, parent: listed.id, actor: actor)
        ).session
        if let phase = started.phases.first {
            _ = try await surroundings.station.call(
                ControlInterface.StartPhase.self,
                .init(session: started.id, phase: phase, actor: actor))
        }
        return try await open(started.id, shows: shows.isEmpty ? nil : shows)
    }

    /// Delivers what waits, and ends a think-aloud.
    func stop(
        _ room: ThinkAloudRoom, outcome: String?, reason: String?, by who: ThinkAloudPerson
    ) async throws -> SessionInfo {
        let id = room.look.commentary
        guard await room.beginEnd(by: who) else { throw ThinkAloudRoom.over }
        // A daemon that is away cannot be told to stop either.
        await handOver(room, pages: 1_000_000_000, all: 5_000_000_000)
        do {
            let ended = try await surroundings.station.call(
                ControlInterface.StopSession.self,
                .init(session: id, outcome: outcome, reason: reason, actor: who.actor))
            await look(after: room)
            return ended.session
        } catch {
            links.add { $0.seal(id, false) }
            await room.takeBackEnd()
            throw error
        }
    }

    /// Brings to the daemon what pages and the console still hold, as far as time allows.
    /// - Parameters:
    ///   - pages: nanoseconds that the pages have.
    ///   - all: nanoseconds that all of it has.
    private func handOver(_ room: ThinkAloudRoom, pages: Int64, all: Int64) async {
        let id = room.look.commentary
        let end = Clocks.now() + all
        await room.hearOut(nanoseconds: pages)
        // What pages bring from here on is not acknowledged: it could come too late.
        links.add { $0.seal(id, true) }
        while Clocks.now() < end {
            if (try? await links.perform { $0.waiting(of: id) }) == 0 { break }
            try? await Task.sleep(for: .milliseconds(10))
        }
        links.add { $0.closeMicrophones(of: id) }
    }

    /// The daemon says how a commentary stands. Where somebody else stops it, the daemon waits for
    /// microphones a little (0.7 s): what they hold has to be there by then.
    private func take(_ told: Link.SessionState, of id: String) async {
        guard told != .recording, let room = rooms[id] else { return }
        if told != .stopping { return await look(after: room) }
        let console = ThinkAloudPerson(by: "console", actor: "console")
        guard await room.beginEnd(by: console) else { return }
        await handOver(room, pages: 450_000_000, all: 650_000_000)
    }

    // MARK: How they stand

    /// The cue points of a session; found once while the console runs.
    func cues(of session: String) async throws -> ThinkAloudCues {
        if let known = cuesOf[session] { return known }
        let opened = try await surroundings.shelf.open(session)
        let found = try await ThinkAloudCues.of(opened)
        if opened.listed.isFinished { cuesOf[session] = found }
        return found
    }

    /// What a commentary looks back on, and whether it still records.
    private func look(at id: String) async throws -> (ThinkAloudLook, isRecording: Bool) {
        let told: SessionInfo
        do {
            told = try await surroundings.station.call(
                ControlInterface.GetSession.self, .init(session: id)
            ).session
        } catch {
            if case .refused(let refusal) = error, refusal.shortName == "NoSuchSession" {
                throw ConsoleRefusal.missing("think-aloud")
            }
            throw error
        }
        guard told.id == id, told.kind == SessionKind.commentary.rawValue, let parent = told.parent
        else { throw ConsoleRefusal.missing("think-aloud") }
        let own = try await surroundings.shelf.open(id).read { reader in
            let recall = try reader.events(of: ["recall"]).first
            let payload = recall.flatMap { try? JSONValue(parsing: $0.payload) }
            return (
                started: try reader.session().description.started,
                delay: payload?["delay_ms"]?.integer
            )
        }
        let task = try await surroundings.shelf.open(parent).read { reader in
            let row = try reader.session()
            let last = try reader.timeTriples().last?.triple.monotonic
            return (
                started: row.description.started, stopped: row.stopped,
                end: row.stopped ?? last ?? row.description.started
            )
        }
        let look = ThinkAloudLook(
            commentary: id, session: parent, study: told.study, participant: told.participant,
            started: task.started, stopped: task.stopped,
            range: 0...max(0, Double(task.end - task.started) / 1e9),
            delay: own.delay.map { $0 * 1_000_000 }, commentaryStarted: own.started)
        return (look, told.state == .recording)
    }

    /// Brings a room in line with how the daemon's session stands.
    private func look(after room: ThinkAloudRoom) async {
        let look = room.look
        await room.beat()
        do {
            let told = try await surroundings.station.call(
                ControlInterface.GetSession.self, .init(session: look.commentary)
            ).session
            let isOver = told.state != .recording && told.state != .stopping
            await room.note(
                phase: told.phase, sensors: told.devices, mayRecord: await mayRecord(look),
                isEnded: isOver)
            if isOver { await close(room) }
        } catch {
            // A daemon that is away comes back; what waits for it is on the disk.
            surroundings.log.debug("\(look.commentary): \(error)")
        }
    }

    private func mayRecord(_ look: ThinkAloudLook) async -> Bool {
        let told = try? await surroundings.station.call(
            StudyInterface.GetConsent.self,
            .init(study: look.study, participant: look.participant))
        guard let tiers = told?.consent.tiers else { return true }
        let covering = tiers.filter { $0.covers.contains("audio") }
        return covering.isEmpty || covering.contains(where: \.recorded)
    }

    private func close(_ room: ThinkAloudRoom) async {
        let id = room.look.commentary
        rooms[id] = nil
        // Who came by a link to this one has nothing more to see.
        await surroundings.gate.dismiss(session: id)
        let left = (try? await links.perform { $0.close(id) }) ?? (pieces: 0, samples: 0)
        if left.pieces > 0 {
            surroundings.log.warning(
                "\(id): \(left.pieces) pieces with \(left.samples) samples of sound came too late; they stay in \(room.directory)"
            )
        } else {
            for name in (try? FileSystem.list(room.directory)) ?? [] {
                try? FileSystem.remove("\(room.directory)/\(name)")
            }
            // One that is not empty stays.
            _ = unsafe rmdir(room.directory)
        }
    }
}
