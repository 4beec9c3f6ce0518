import Link
import Logging
import ServiceLifecycle
import StudyProtocol
import SystemCalls
import Timebase
import Web

/// The rooms of all sessions that record: made when a session begins, kept a while after it ended.
actor RoomStore {
    private let surroundings: RoomSurroundings
    private var rooms: [String: Room] = [:]
    private var byName: [String: Room] = [:]
    /// Sessions whose room cannot be made, so that it is said once.
    private var failed: Set<String> = []
    private var lastProblem = ""
    private var nextBeat = Clocks.now()
    /// How links begin, known once the address is.
    private var address = ""

    /// A room is kept so long after its session ended, in nanoseconds: the page says so.
    private static let keptAfterEnd: Int64 = 1_800_000_000_000
    /// Requests to join that fail, for all together: tokens cannot be guessed, but noise can be made.
    private var joinLimit = RateLimit(perSecond: 10, burst: 50)

    init(_ surroundings: RoomSurroundings) { self.surroundings = surroundings }

    func setAddress(_ address: String) { self.address = address }

    /// Looks for sessions until the program ends.
    func run() async {
        while !Task.isCancelled && !Task.isShuttingDownGracefully {
            await look()
            let now = Clocks.now()
            if now >= nextBeat {
                nextBeat = now + 10_000_000_000
                for room in rooms.values { await room.beat() }
                await forgetRemoved()
            }
            await removeOld()
            try? await cancelWhenGracefulShutdown {
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    // MARK: Sessions

    private func look() async {
        let status: Status
        do throws(ClientError) {
            status = try await surroundings.station.call(
                ControlInterface.GetStatus.self, .init()
            ).status
            lastProblem = ""
        } catch {
            let problem = "\(error)"
            if problem != lastProblem { surroundings.log.warning("\(problem)") }
            lastProblem = problem
            return
        }
        for session in status.sessions
        where session.state == .recording && session.kind == "chat" && rooms[session.id] == nil
            && !failed.contains(session.id) && session.id.hasPrefix(surroundings.settings.session)
        {
            await open(session)
        }
    }

    private func open(_ session: SessionInfo) async {
        do {
            let study = try plan(of: session)
            let link = LinkSession(of: session)
            let settings = surroundings.settings
            let room = try Room(
                link: link,
                plan: RoomPlan(study: study, session: link, defaultPersona: settings.persona),
                places: RoomPlaces(directory: settings.stateDirectory, session: session.id),
                surroundings: surroundings)
            rooms[session.id] = room
            byName[room.name] = room
            await room.begin()
            surroundings.log.info("session \(session.id): its page is open")
            if settings.printsLinks {
                let (token, _) = try await room.invite(
                    validSeconds: settings.linkSeconds, by: "attune-chat")
                ProgramOutput.line(
                    "Invitation for \(session.participant) (session \(session.id)): "
                        + self.link(token: token))
            }
        } catch {
            failed.insert(session.id)
            surroundings.log.error("session \(session.id) has no page: \(error)")
        }
    }

    private func plan(of session: SessionInfo) throws(ChatError) -> StudyPlan? {
        guard let name = session.protocol else { return nil }
        let path =
            name.contains("/")
            ? name : Places.study(named: name) ?? "\(Places.studies)/\(name).yaml"
        do {
            return try StudyPlan.load(path: path)
        } catch {
            throw ChatError(.file, "The protocol cannot be read: \(error)")
        }
    }

    private func removeOld() async {
        for (session, room) in rooms {
            guard let ended = await room.endedAt, Clocks.now() - ended > Self.keptAfterEnd else {
                continue
            }
            await room.close()
            rooms[session] = nil
            byName[room.name] = nil
        }
    }

    /// Deletes what is left of sessions that were withdrawn. Their rooms are shut first.
    private func forgetRemoved() async {
        let removed = RemovedRooms(
            directory: surroundings.settings.stateDirectory, log: surroundings.log)
        guard !removed.sessions().isEmpty else { return }
        let tombstones: [TombstoneInfo]
        do throws(ClientError) {
            tombstones = try await surroundings.station.call(
                StudyInterface.ListTombstones.self, .init()
            ).tombstones
        } catch {
            // A daemon that is away is told of by whoever looks for sessions.
            return
        }
        for tombstone in tombstones {
            guard let room = rooms[tombstone.session], await room.endedAt != nil else { continue }
            await room.close()
            rooms[tombstone.session] = nil
            byName[room.name] = nil
        }
        removed.delete(tombstones, open: Set(rooms.keys))
    }

    /// Ends all rooms' pages; what they know stays on disk for the next start.
    func end() async {
        for room in rooms.values { await room.leave() }
    }

    // MARK: Coming in

    func room(named name: String) -> Room? { byName[name] }

    /// Whether a token lets somebody in.
    func isOpen(token: String) async -> Bool {
        let hash = Secret.hash(token)
        for room in rooms.values where await room.isOpen(tokenHash: hash) { return true }
        return false
    }

    func join(token: String) async -> (room: String, cookie: String)? {
        let hash = Secret.hash(token)
        for room in rooms.values where await room.knows(tokenHash: hash) {
            do {
                guard let cookie = try await room.join(tokenHash: hash) else { return nil }
                return (room.name, cookie)
            } catch {
                surroundings.log.error("\(error)")
                return nil
            }
        }
        // A guess costs time where there are many.
        if !joinLimit.take(at: Clocks.now()) { try? await Task.sleep(for: .seconds(1)) }
        return nil
    }

    private func link(token: String) -> String { "\(address)/join/\(token)" }

    // MARK: The chat's own socket

    /// Answers a call of `io.attune.Chat`.
    /// - Parameter actor: who calls, for the session's audit trail.
    func answer(
        _ method: String, _ parameters: JSONValue, by actor: String
    ) async -> Result<JSONValue, VarlinkError> {
        do {
            switch method {
            case ChatInterface.ListRooms.name:
                var list: [ChatInterface.Room] = []
                for room in rooms.values { list.append(await room.summary) }
                list.sort { $0.session < $1.session }
                return .success(
                    try JSONValue(
                        encoding: ChatInterface.ListRooms.Reply(address: address, rooms: list)))
            case ChatInterface.Invite.name:
                let room = try await found(parameters)
                // A session that ended takes no event any more: nobody comes in without one.
                guard await room.endedAt == nil else {
                    throw ChatInterface.noSuchRoom(parameters["session"]?.string ?? "")
                }
                let (token, expires) = try await room.invite(
                    validSeconds: surroundings.settings.linkSeconds, by: actor)
                return .success(
                    try JSONValue(
                        encoding: ChatInterface.Invite.Reply(
                            url: link(token: token), expiresUtcNs: expires * 1_000_000)))
            case ChatInterface.RevokeInvitations.name:
                let revoked = try await found(parameters).revokeInvitations(by: actor)
                return .success(
                    try JSONValue(
                        encoding: ChatInterface.RevokeInvitations.Reply(revoked: revoked)))
            default: return .failure(.methodNotImplemented(method))
            }
        } catch let error as VarlinkError {
            return .failure(error)
        } catch {
            surroundings.log.error("\(method): \(error)")
            return .failure(.invalidParameter("session", reason: "\(error)"))
        }
    }

    /// The room that a caller means; of several, the one whose session goes on.
    private func found(_ parameters: JSONValue) async throws(VarlinkError) -> Room {
        let asked = parameters["session"]?.string ?? ""
        if let exact = rooms[asked] { return exact }
        let fitting = rooms.filter { $0.key.hasPrefix(asked) }.map(\.value)
        var going: [Room] = []
        for room in fitting where await room.endedAt == nil { going.append(room) }
        let meant = going.isEmpty ? fitting : going
        guard meant.count == 1, let room = meant.first else {
            throw ChatInterface.noSuchRoom(asked)
        }
        return room
    }
}

extension LinkSession {
    /// What the control interface knows of a session, until its own watch tells more.
    fileprivate init(of session: SessionInfo) {
        let now = Clocks.now().nanoseconds
        self.init(
            id: session.id, study: session.study, participant: session.participant,
            kind: session.kind, state: session.state, pilot: session.pilot,
            protocol: session.protocol, phase: session.phase,
            startedNs: now - Int64(session.durationMs) * 1_000_000)
    }
}
