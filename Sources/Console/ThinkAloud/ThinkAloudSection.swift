import HTTPTypes
import Hummingbird
import Link
import SystemCalls
import Timebase
import Web

/// Think-alouds while they are held: two views, one microphone, one replay.
struct ThinkAloudSection: ConsoleSection {
    let surroundings: ConsoleSurroundings
    let rooms: ThinkAloudRooms

    /// Who holds a think-aloud, and who looks back.
    static let all: Set<Role> = [.researcher, .participant]

    /// - Throws: where no thread can be had.
    init(surroundings: ConsoleSurroundings) throws {
        self.surroundings = surroundings
        rooms = try ThinkAloudRooms(surroundings)
        let rooms = rooms
        Task.detached { await rooms.run() }
    }

    func addRoutes(to router: ConsoleRouter) {
        router.post("api/think-aloud", [.researcher]) { try await begin($0) }
        router.get("api/think-aloud/:commentary/stream", Self.all) { call in
            let room = try await room(call)
            let channel = call.context.channel
            return Response(
                status: .ok,
                headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
                body: ThinkAloudStream.body(of: room) { channel.close(promise: nil) })
        }
        router.post("api/think-aloud/:commentary/clock", Self.all, isPolled: true) {
            try await clock($0)
        }
        router.post("api/think-aloud/:commentary/command", Self.all) { try await command($0) }
        router.post("api/think-aloud/:commentary/report", Self.all) { try await report($0) }
        router.post("api/think-aloud/:commentary/audio", Self.all) { try await audio($0) }
        router.post("api/think-aloud/:commentary/microphone", Self.all) {
            try await microphone($0)
        }
        router.post("api/think-aloud/:commentary/handed-over", Self.all) { call in
            let room = try await room(call)
            await room.noteDone(try checked(view: try await call.body(HandedOver.self).view))
            return ConsoleAnswer.json([:])
        }
        router.post("api/think-aloud/:commentary/invite", [.researcher]) { call in
            let room = try await room(call)
            let token = try await surroundings.gate.makeLink(
                role: .participant, session: room.look.commentary)
            await surroundings.note(
                .accessLink, study: room.look.study, ["session": room.look.commentary],
                by: call.visitor)
            return ConsoleAnswer.json([
                "url": .string(surroundings.gate.address(ofLink: token))
            ])
        }
        router.post("api/think-aloud/:commentary/stop", [.researcher]) { try await stop($0) }
    }

    /// The room that a request is about.
    /// - Throws: `ConsoleRefusal`: for a participant of another one as if there were none.
    func room(_ call: ConsoleCall) async throws -> ThinkAloudRoom {
        let id = try call.parameter("commentary")
        guard call.visitor.has(.researcher) || call.visitor.session == id else {
            throw ConsoleRefusal.missing("think-aloud")
        }
        return try await rooms.room(id)
    }

    private func person(_ call: ConsoleCall, by: String?, view: String?) -> ThinkAloudPerson {
        // A researcher may act for the participant, who said so; a participant acts alone.
        let by =
            !call.visitor.has(.researcher) || by == "participant" ? "participant" : "researcher"
        return ThinkAloudPerson(by: by, actor: call.visitor.name, view: view)
    }

    func checked(view: String?) throws -> String {
        guard let view, ThinkAloudLinkName.isView(view) else {
            throw ConsoleRefusal(
                .badRequest, "'view' has to be 1 to 40 letters, digits, '-' or '_'.")
        }
        return view
    }

    // MARK: Beginning and end

    private struct HandedOver: Decodable { var view: String }

    private struct Beginning: Decodable {
        /// Names of devices, or whether all that are free go on.
        enum Sensors: Decodable {
            case all(Bool)
            case named([String])

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let all = try? container.decode(Bool.self) {
                    self = .all(all)
                } else {
                    self = .named(try container.decode([String].self))
                }
            }
        }

        var session: String
        var sensors: Sensors?
        var shows: [String: JSONValue]?
    }

    private func begin(_ call: ConsoleCall) async throws -> Response {
        let asked = try await call.body(Beginning.self)
        let sensors: [String]? =
            switch asked.sensors {
            case .all(true): nil
            case .named(let names): names
            case .all(false), nil: []
            }
        let shows = try ThinkAloudCommand.checked(shows: asked.shows ?? [:])
        let session = try await surroundings.shelf.open(asked.session)
        let room = try await rooms.start(
            session, sensors: sensors, shows: shows, by: call.visitor.name)
        return ConsoleAnswer.json(["commentary": .string(room.look.commentary)], .created)
    }

    private struct Ending: Decodable {
        var outcome: String?
        var reason: String?
    }

    private func stop(_ call: ConsoleCall) async throws -> Response {
        let room = try await room(call)
        let asked = try await call.body(Ending.self)
        let ended = try await rooms.stop(
            room, outcome: asked.outcome, reason: asked.reason,
            by: person(call, by: nil, view: nil))
        return try ConsoleAnswer.json(["session": JSONValue(encoding: ended)])
    }

    // MARK: What views do

    private func command(_ call: ConsoleCall) async throws -> Response {
        // The moment is that of the call, whatever comes after.
        let now = Clocks.now()
        let room = try await room(call)
        let asked = try await call.body(ThinkAloudCommand.self)
        let who = person(call, by: asked.by, view: try checked(view: asked.view))
        let mayAll = call.visitor.has(.researcher)
        let isForAll: Bool =
            switch asked.action {
            case .play, .pause, .seek, .rate, .note: true
            case .cue, .prompt, .show: false
            }
        guard mayAll || isForAll else {
            throw ConsoleRefusal(.forbidden, "Only the researcher may do this.")
        }
        let cues = asked.action == .cue ? try await rooms.cues(of: room.look.session).cues : []
        try await room.obey(asked, as: who, cues: cues, at: now)
        return ConsoleAnswer.json(await room.told())
    }

    private func clock(_ call: ConsoleCall) async throws -> Response {
        let received = Clocks.now()
        let room = try await room(call)
        let asked = try await call.body(ThinkAloudReport.self)
        let view = try checked(view: asked.view)
        let trips = (asked.trips ?? []).compactMap(\.observation)
        if !trips.isEmpty { try await take(trips, of: view, in: room) }
        return ConsoleAnswer.json([
            "received_ns": .integer(received.nanoseconds),
            "sent_ns": .integer(Clocks.now().nanoseconds),
        ])
    }

    /// Hands a page's round trips to all its linked clients.
    private func take(
        _ trips: [ClockObservation], of view: String, in room: ThinkAloudRoom
    ) async throws {
        let commentary = room.look.commentary
        let microphones = await room.state.streams.filter { $0.view == view }
        let names =
            [ThinkAloudLinkName(commentary: commentary, part: .view(view))]
            + microphones.map {
                ThinkAloudLinkName(
                    commentary: commentary,
                    part: .microphone(view: view, rate: $0.rate, stream: $0.stream))
            }
        let directory = room.directory
        try await rooms.carriers.perform { table in
            for name in names { try table.openLink(name, in: directory).take(trips) }
        }
    }

    private func report(_ call: ConsoleCall) async throws -> Response {
        let room = try await room(call)
        let asked = try await call.body(ThinkAloudReport.self)
        let view = try checked(view: asked.view)
        let trips = (asked.trips ?? []).compactMap(\.observation)
        if !trips.isEmpty { try await take(trips, of: view, in: room) }
        let items = try (asked.items ?? []).map(ThinkAloudItem.init)
        let name = ThinkAloudLinkName(commentary: room.look.commentary, part: .view(view))
        let directory = room.directory
        let last = try await rooms.carriers.perform { table in
            let link = try table.openLink(name, in: directory)
            for item in items {
                try link.put(
                    item.number, kind: item.kind, time: item.time, payload: item.payload)
            }
            return link.client.outbox.lastSequence
        }
        // A number that was skipped: the page sends again from there.
        let isWhole = items.allSatisfy { $0.number <= last }
        return ConsoleAnswer.json(
            ["acknowledged": .integer(last), "expected": .integer(last + 1)],
            isWhole ? .ok : .conflict)
    }
}
