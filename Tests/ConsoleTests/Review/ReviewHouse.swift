import HTTPTypes
import Hummingbird
import Link
import Logging
import SessionStore
import SystemCalls
import TestSupport
import Testing
import Timebase
import Web

@testable import Console

/// A study whose three conversations two experts and a participant are to rate, behind the console's own
/// addresses. Anna has S3 for calibration, then S1, S2, and S1 once more; Ben has S1; P-31 their own S1.
final class ReviewHouse {
    static let study = "grief-7"
    static let participants = ["P-31", "P-32", "P-33"]
    /// Words that tell the condition, in the index, the protocol and the session's events.
    static let condition = "zebra"
    static let suggestion = "What would help you to rest?"
    static let unseen = "Nobody was shown this"
    static let feeling = "weary-as-shown"
    /// Nanoseconds in UTC; no digit of them may come out.
    static let began: Int64 = 1_795_253_412_345_678_901
    static let sessions = [
        "5a3c9b1e-1111-4000-8000-00000000aaaa", "6b4d0c2f-2222-4000-8000-00000000bbbb",
        "7c5e1d30-3333-4000-8000-00000000cccc",
    ]
    static let plan = "90000000-0000-4000-8000-000000000009"
    static let annas = (1...4).map { "a000000\($0)-0000-4000-8000-00000000000a" }
    static let bens = "b0000001-0000-4000-8000-00000000000b"
    static let own = "c0000001-0000-4000-8000-00000000000c"

    static let scheme = """
        name: how-it-was
        version: "3"
        title: How it was
        ratings:
          - {name: empathy, title: Empathy, of: turn, rationale: required, scale: {minimum: 1, maximum: 7}}
          - {name: voice, title: Voice, of: session, stages: [context], scale: {minimum: 1, maximum: 7}}
        flags:
          - {name: cue, title: Missed cue, rationale: true}
          - {name: late, title: Late, stages: [context]}
        """

    let directory: TemporaryDirectory
    let surroundings: ConsoleSurroundings
    private let responder: RouterResponder<WebRequestContext>
    private let keeper: ReviewKeeperDouble

    init() throws {
        directory = try TemporaryDirectory("reviews")
        let root = directory.file("data")
        try FileSystem.makeDirectories("\(root)/\(Self.study)")
        let database = try StudyDatabase.open(at: "\(root)/\(Self.study)/study.db")
        var files: [String: String] = [:]
        for (place, session) in Self.sessions.enumerated() {
            files[session] = try Self.record(session, place, root, database)
        }
        try Self.assign(database)
        try database.close()
        let settings = ConsoleSettings(
            socketPath: directory.file("attuned.sock"), chatSocketPath: directory.file("chat.sock"),
            dataDirectory: root, stateDirectory: directory.file("state"),
            pagesDirectory: Places.consolePages, participantPagesDirectory: Places.chatPages,
            place: WebPlace(address: try #require(ListenAddress("127.0.0.1:0"))))
        keeper = try ReviewKeeperDouble(
            path: settings.socketPath, sessions: files, study: "\(root)/\(Self.study)/study.db")
        var log = Logger(label: "reviews")
        log.logLevel = .critical
        surroundings = try ConsoleServer.surroundings(settings, log: log)
        responder = try ConsoleServer.router(surroundings).router.buildResponder()
    }

    deinit {
        surroundings.station.end()
        keeper.stop()
    }

    /// The file of a session.
    func file(_ place: Int) -> String {
        "\(directory.file("data"))/\(Self.study)/\(Self.participants[place])/2026112\(place)T093000Z-chat.attune"
    }

    private static func record(
        _ session: String, _ place: Int, _ root: String, _ database: StudyDatabase
    ) throws -> String {
        let code = participants[place]
        let name = "\(code)/2026112\(place)T093000Z-chat.attune"
        let path = "\(root)/\(study)/\(name)"
        try FileSystem.makeDirectories("\(root)/\(study)/\(code)")
        try database.register(Participant(code: code, createdRealtime: began))
        let start = Instant(nanoseconds: 7_000_000_000_000)
        let started = began + Int64(place) * 1_000_000_000
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: session, kind: .chat, study: study, participant: code,
                protocolName: "\(condition)-study", protocolVersion: "1",
                protocolText: "name: \(condition)-study", station: "lab", softwareVersion: "0.1",
                bootIdentifier: "boot", started: start, startedRealtime: started),
            streams: [])
        var batch = SessionBatch()
        func event(_ seconds: Double, _ kind: String, _ payload: String) {
            batch.events.append(
                SessionEvent(time: start + Int64(seconds * 1e9), kind: kind, payload: payload))
        }
        event(1, "condition", #"{"arm": "\#(condition)"}"#)
        batch.phases = [PhaseChange(name: "\(condition)-phase", time: start)]
        for number in 1...4 {
            let isClient = number % 2 == 1
            batch.turns.append(
                Turn(
                    author: isClient ? "client" : "participant",
                    text: isClient
                        ? "\(code) \(place) says: I can't sleep \(number)"
                        : "Try harder, \(number), \(place) in \(study).",
                    sent: start + Int64(number) * 2_000_000_000))
            guard isClient else { continue }
            event(
                Double(number) * 2 + 0.1, "emotion",
                #"{"which": "displayed", "turn": \#(number), "label": "\#(feeling)", "valence": -0.6}"#
            )
            for (set, text) in [(true, suggestion), (false, unseen)] {
                event(
                    Double(number) * 2 + 0.2, "suggestions",
                    #"{"set": "s", "turn": \#(number), "shown": \#(set), "groups": [{"name": "g", "title": "Group", "items": [{"id": "i", "text": "\#(text)"}]}]}"#
                )
            }
        }
        var stop = SessionBatch()
        stop.stateChange = SessionStateChange(
            state: .stopped, at: start + 60_000_000_000, outcome: "completed")
        try writer.commit(batch)
        try writer.commit(stop)
        try writer.close()
        _ = try SessionFinisher(path: path, isAligning: false).run()
        var entry = IndexedSession(
            identifier: session, participant: code, kind: .chat, file: name, state: .finished,
            startedRealtime: started)
        entry.stoppedRealtime = started + 60_000_000_000
        entry.condition = ["arm": condition]
        try database.store(entry)
        return path
    }

    private static func assign(_ database: StudyDatabase) throws {
        func assignment(
            _ id: String, _ rater: String, _ session: Int, _ position: Int,
            _ purpose: ReviewAssignment.Purpose, _ label: String
        ) -> ReviewAssignment {
            ReviewAssignment(
                id: id, plan: plan, rater: rater, role: purpose == .own ? .participant : .expert,
                session: sessions[session], position: position, purpose: purpose, label: label)
        }
        try database.make(
            ReviewPlan(
                id: plan, madeRealtime: began, actor: "Researcher Rosa", name: "\(condition) plan",
                scheme: "how-it-was", schemeVersion: "3", schemeText: scheme, seed: 424_242),
            [
                assignment(annas[0], "anna", 2, 1, .calibration, "Conversation 1"),
                assignment(annas[1], "anna", 0, 2, .main, "Conversation 2"),
                assignment(annas[2], "anna", 1, 3, .main, "Conversation 3"),
                assignment(annas[3], "anna", 0, 4, .repeat, "Conversation 4"),
                assignment(bens, "ben", 0, 1, .main, "Conversation 1"),
                assignment(own, participants[0], 0, 1, .own, "Your conversation"),
            ])
    }

    // MARK: - Visitors

    /// A rater's browser, which keeps all that it was sent.
    final class Browser {
        let house: ReviewHouse
        let cookie: String
        let csrf: String
        /// Heads and bodies of all answers, but the time at which they were given.
        private(set) var received: [(asked: String, text: String)] = []

        init(_ house: ReviewHouse, token: String) async throws {
            self.house = house
            cookie = try #require(await house.surroundings.gate.use(link: token))
            csrf = try #require(house.surroundings.gate.visitor(cookie: cookie)).csrf
        }

        /// Asks; gives the status, all of the head but the date, and the body.
        func raw(_ path: String, _ body: JSONValue? = nil) async throws -> (
            status: Int, head: String, body: [UInt8]
        ) {
            var head = HTTPRequest(
                method: body == nil ? .get : .post, scheme: "http", authority: "127.0.0.1:1",
                path: path)
            for (name, value) in [
                ("cookie", "\(house.surroundings.gate.cookieName)=\(cookie)"),
                ("content-type", "application/json"), ("x-attune-csrf", csrf),
            ] { head.headerFields[try #require(HTTPField.Name(name))] = value }
            let (response, collected) = try await house.responder.answer(
                head, body?.serialised ?? [], log: house.surroundings.log)
            let fields = response.headers.filter { $0.name != .date }
                .map { "\($0.name): \($0.value)" }.sorted().joined(separator: "\n")
            let text = "\(fields)\n\n\(collected.text)"
            received.append((path, text))
            return (response.status.code, fields, collected.bytes)
        }

        func ask(_ path: String, _ body: JSONValue? = nil) async throws -> (Int, JSONValue) {
            let answer = try await raw(path, body)
            return (answer.status, try JSONValue(parsing: answer.body[...]))
        }

        func good(_ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
            let (status, answer) = try await ask(path, body)
            #expect(status == 200, "\(path): \(answer.text)")
            return answer
        }

        /// Answers all that a stage asks, with a flag, and locks it.
        func finishStage(
            _ assignment: String, _ stage: String, value: Int64, why: String
        ) async throws -> JSONValue {
            let path = "/api/review/\(assignment)"
            _ = try await good("\(path)/open", [:])
            let isFirst = stage == "transcript"
            _ = try await good(
                "\(path)/ratings",
                [
                    "ratings": .array(
                        (isFirst ? [2, 4] : [nil]).map { (turn: Int64?) in
                            [
                                "change": .string(ReviewHouse.uuid()),
                                "turn": turn.map(JSONValue.integer) ?? .null,
                                "item": isFirst ? "empathy" : "voice", "value": .integer(value),
                                "rationale": isFirst ? .string(why) : .null,
                            ]
                        })
                ])
            _ = try await good(
                "\(path)/flags",
                ["flags": [flag(isFirst ? "cue" : "late", ReviewHouse.uuid(), "add", why)]])
            return try await good("\(path)/lock", ["stage": .string(stage)])
        }

        func flag(_ code: String, _ id: String, _ action: String, _ why: String) -> JSONValue {
            [
                "change": .string(ReviewHouse.uuid()), "flag": .string(id),
                "action": .string(action), "turn": 2, "start": 0, "end": 3,
                "code": .string(code), "rationale": .string(why),
            ]
        }
    }

    func expert(_ name: String) async throws -> Browser {
        try await Browser(
            self, token: try await surroundings.gate.makeLink(name: name, roles: [.expert]))
    }

    func participant() async throws -> Browser {
        try await Browser(
            self,
            token: try await surroundings.gate.makeLink(
                role: .participant, session: Self.sessions[0]))
    }

    /// Of letters that no part of a known id has, so that none is in one by chance.
    static func uuid() -> String {
        let digits = (0..<32).map { _ in "def".randomElement() ?? "d" }
        let text = String(digits)
        func part(_ from: Int, _ count: Int) -> Substring {
            text.dropFirst(from).prefix(count)
        }
        return
            "\(part(0, 8))-\(part(8, 4))-4\(part(13, 3))-8\(part(17, 3))-\(part(20, 12))"
    }
}
