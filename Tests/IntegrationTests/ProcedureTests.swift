import Foundation
import Link
import SessionStore
import SystemCalls
import Testing
import Timebase

extension IntegrationTests {
    /// A session's procedure at the real daemon: alarms, pauses, messages, deviations, the fitting.
    @Suite struct ProcedureTests {
        private static let study = """
            name: steps
            version: 1
            title: Steps
            phases:
              - {name: fitting, title: Fitting, kind: fitting, checks: [disk, microphone, model], settleSeconds: 0, asks: [hand]}
              - {name: rest, title: Rest, kind: baseline, durationSeconds: 600}
              - {name: chat, title: Chat, kind: chat, advance: operator}
              - {name: ratings, title: Ratings, kind: ratings}
              - {name: debrief, title: Debrief, kind: debrief, optional: true}
            consent:
              - {name: conversation, title: The conversation, covers: [turns]}
            chat:
              persona: distressed-client
              safety: {rules: en, acknowledgeWithinSeconds: 3600}
            """

        /// A station with a protocol of the test's own, whose session has started.
        private func start(
            _ study: String = study
        ) throws -> (station: StationProcess, session: String, path: String) {
            let checkout = try Checkout()
            try checkout.write("Protocols/studies/steps.yaml", study)
            let station = try StationProcess(programs: checkout.programs, keeping: checkout)
            try station.start()
            let started = try station.json(
                "session", "start", "procedure", "p1", "--protocol", "steps")
            return (
                station, try #require(started["id"]?.string),
                try #require(started["file"]?.string)
            )
        }

        private func told(_ station: StationProcess, _ session: String) throws -> LinkSession {
            let link = try VarlinkClient(path: station.socket)
            var told: LinkSession?
            try link.stream(
                LinkInterface.WatchSession.self,
                LinkInterface.WatchSession.Parameters(session: session),
                waitingMilliseconds: 20_000
            ) {
                told = $0.session
                return false
            }
            return try #require(told)
        }

        private func payloads(_ path: String, _ kind: String) throws -> [JSONValue] {
            let reader = try SessionReader.open(at: path)
            defer { try? reader.close() }
            return try reader.events(of: [kind]).map { try JSONValue(parsing: $0.payload) }
        }

        @Test func anAlarmStaysUntilItIsAcknowledgedWhateverHappens() throws {
            let (station, session, path) = try start()
            let chat = try LinkedProbe(station, session: session, name: "chat")
            try chat.send(
                "alarm",
                [
                    "code": "self-harm", "text": "The participant wrote of self-harm.",
                    "severity": "urgent", "needs_acknowledgement": true,
                ])
            try chat.send("alarm", ["code": "refusal", "text": "The model refused."])
            var alarms = try station.json("status")["alarms"]?.array ?? []
            #expect(alarms.compactMap { $0["id"]?.string } == ["a1", "a2"])
            let first = try #require(alarms.first)
            #expect(first["session"]?.string == session && first["severity"]?.string == "urgent")
            #expect(first["needs_acknowledgement"] == true && first["acknowledged"] == false)
            #expect(try told(station, session).alarms == ["a1"])

            try station.crash()
            try station.start()
            #expect(try told(station, session).alarms == ["a1"])
            alarms = try station.json("session", "alarms").array ?? []
            #expect(alarms.compactMap { $0["id"]?.string } == ["a1", "a2"])
            let wrong = try station.attune("session", "acknowledge", "a7")
            #expect(wrong.code != 0 && wrong.error.contains("a1"), "\(wrong.error)")
            let seen = try station.json("session", "acknowledge", "a1", "--note", "called")
            #expect(seen["acknowledged"] == true)
            #expect(try told(station, session).alarms.isEmpty)
            #expect(try station.attune("session", "acknowledge", "a1").code != 0)

            // Acknowledged is acknowledged, and the numbers go on.
            try station.crash()
            try station.start()
            let again = try LinkedProbe(station, session: session, name: "chat")
            try again.send(
                "alarm", ["code": "budget", "text": "Spent.", "needs_acknowledgement": true])
            #expect(try told(station, session).alarms == ["a3"])
            #expect(throws: (any Error).self) { try again.send("alarm", ["code": "x"]) }

            // The session ends while it waits.
            #expect(try station.attune("session", "stop").code == 0)
            #expect(
                try station.json("status")["alarms"]?.array?.compactMap { $0["id"]?.string }
                    == ["a3"])
            try station.crash()
            try station.start()
            #expect(try station.attune("status").output.contains("a3"))
            #expect(
                try station.attune("session", "acknowledge", "a3", "--session", session).code == 0)
            #expect(try station.json("status")["alarms"]?.array?.isEmpty == true)
            #expect(try station.end().code == 0)

            let acknowledged = try payloads(path, "alarm_acknowledged")
            #expect(acknowledged.count == 1)
            #expect(acknowledged.first?["alarm"]?.string == "a1")
            #expect(acknowledged.first?["note"]?.string == "called")
            #expect(acknowledged.first?["actor"]?.string == "uid \(getuid())")
            #expect(acknowledged.first?["waited_ms"]?.integer ?? -1 >= 0)
            #expect(try payloads(path, "alarm").count == 3)
        }

        @Test func aPauseAndAMessageSurviveACrash() throws {
            let (station, session, path) = try start()
            #expect(try station.attune("session", "resume").code != 0)
            let watcher = try VarlinkClient(path: station.socket)
            try watcher.send(
                ControlInterface.Subscribe.name, ["session": .string(session)], wantsMore: true)
            try watcher.flush()
            let paused = try station.json("session", "pause", "--reason", "fire alarm")
            // Who looks on sees what the daemon does as it happens.
            var seen: JSONValue?
            while seen?["kind"]?.string != "paused" {
                let reply = try #require(try watcher.receive(waitingMilliseconds: 20_000))
                seen = try reply.result.get()["item"]?["event"]
            }
            #expect(seen?["payload"]?["reason"]?.string == "fire alarm")
            #expect(paused["paused"]?.string == "fire alarm")
            let twice = try station.attune("session", "pause")
            #expect(twice.code != 0 && twice.error.contains("paused"), "\(twice.error)")
            #expect(try station.attune("session", "message", "Please wait outside.").code == 0)
            #expect(try station.attune("session", "message", " ").code != 0)
            try station.crash()
            try station.start()
            let session1 = try told(station, session)
            #expect(session1.paused == "fire alarm")
            #expect(session1.message == LinkMessage(id: 1, text: "Please wait outside."))
            #expect(try station.attune("session", "resume", "--reason", "all clear").code == 0)
            #expect(try station.attune("session", "message", "Please wait outside.").code == 0)
            let session2 = try told(station, session)
            #expect(session2.paused == nil && session2.message?.id == 2)
            #expect(try station.attune("session", "stop").code == 0)
            #expect(try station.end().code == 0)
            #expect(
                try payloads(path, "paused").compactMap { $0["reason"]?.string } == ["fire alarm"])
            #expect(
                try payloads(path, "resumed").compactMap { $0["reason"]?.string } == ["all clear"])
            #expect(try payloads(path, "message").compactMap { $0["id"]?.integer } == [1, 2])
        }

        @Test func departuresFromTheProtocolAreRecorded() throws {
            let (station, _, path) = try start()
            // Going round the fitting is no way to avoid it.
            let round = try station.attune("session", "phase", "rest")
            #expect(round.code != 0 && round.error.contains("microphone"), "\(round.error)")
            #expect(
                try station.attune("session", "phase", "rest", "--reason", "no sensors").code == 0)
            try station.crash()
            try station.start()
            // The baseline of ten minutes is cut short, and then done again.
            let chat = try station.attune("session", "phase", "chat", "--reason", "late")
            #expect(chat.code == 0, "\(chat.error)")
            #expect(try station.attune("session", "phase", "rest", "--reason", "noise").code == 0)
            for outcome in ["aborted", "withdrawn", "failed"] {
                let refused = try station.attune("session", "stop", "--outcome", outcome)
                #expect(refused.code != 0 && refused.error.contains("reason"), "\(refused.error)")
            }
            let stopped = try station.json(
                "session", "stop", "--outcome", "failed", "--reason", "the chat broke down")
            #expect(stopped["outcome"]?.string == "failed")
            #expect(stopped["reason"]?.string == "the chat broke down")
            #expect(try station.end().code == 0)

            let deviations = try payloads(path, "deviation")
            func summary(_ value: JSONValue) -> String {
                let phases = value["phases"]?.array?.compactMap(\.string) ?? []
                return "\(value["deviation"]?.string ?? "") \(phases.joined(separator: ",")) "
                    + (value["reason"]?.string ?? "-")
            }
            #expect(
                deviations.map(summary) == [
                    "fittingOverridden fitting no sensors", "skipped fitting no sensors",
                    "aborted rest late", "repeated rest noise",
                    "aborted rest the chat broke down",
                    "endedEarly ratings the chat broke down",
                ])
            #expect(deviations.allSatisfy { $0["actor"]?.string == "uid \(getuid())" })
            let reader = try SessionReader.open(at: path)
            let audit = try reader.audit().filter { $0.action == "deviation" }
            try reader.close()
            #expect(audit.count == deviations.count)
        }

        @Test func theFittingIsLeftWhenItIsGreenOrWithAReason() throws {
            let (station, session, path) = try start()
            #expect(try station.attune("session", "phase", "fitting").code == 0)
            let checks = try station.attune("session", "fitting", "--json")
            #expect(checks.code == 1)
            let found = try JSONValue(parsing: checks.output).array ?? []
            func state(_ check: String, _ found: [JSONValue]) -> String? {
                found.first { $0["check"]?.string == check }?["state"]?.string
            }
            #expect(state("disk", found) == "green" && state("microphone", found) == "red")
            #expect(state("hand", found) == "amber")
            #expect(try station.attune("session", "fitting", "--note", "hand").code != 0)
            let noted = try station.attune(
                "session", "fitting", "--note", "hand=left", "--note", "electrode-site=two fingers")
            #expect(noted.output.contains("left"), "\(noted.output)")
            let refused = try station.attune("session", "phase", "rest")
            #expect(refused.code != 0)
            #expect(refused.error.contains("microphone, model"), "\(refused.error)")
            #expect(try station.json("session", "show")["session"]?["phase"]?.string == "fitting")

            let chat = try LinkedProbe(station, session: session, name: "chat")
            try chat.send("fitting", ["check": "microphone", "state": "green", "detail": "-20 dB"])
            try chat.send("fitting", ["check": "model", "state": "amber", "detail": "It is slow."])
            let link = try VarlinkClient(path: station.socket)
            var refusal: ControlError?
            do throws(ClientError) {
                _ = try link.call(
                    ControlInterface.StartPhase.self,
                    ControlInterface.StartPhase.Parameters(session: session, phase: "rest"))
            } catch {
                if case .refused(let reply) = error { refusal = ControlError(reply) }
            }
            #expect(refusal == .notReady(checks: ["model"], reason: "It is slow."))
            #expect(
                try station.attune("session", "phase", "rest", "--reason", "we know").code == 0)
            // Once more, and now all is well.
            #expect(try station.attune("session", "phase", "fitting").code == 0)
            try chat.send("fitting", ["check": "model", "state": "green", "detail": "0.4 s"])
            let ready = try station.attune("session", "fitting")
            #expect(ready.code == 0, "\(ready.output) \(ready.error)")
            #expect(try station.attune("session", "phase", "rest").code == 0)
            #expect(try station.attune("session", "stop").code == 0)
            #expect(try station.end().code == 0)

            let notes = try payloads(path, "fitting_notes")
            #expect(notes.first?["notes"]?["electrode-site"]?.string == "two fingers")
            let overridden = try payloads(path, "deviation").filter {
                $0["deviation"]?.string == "fittingOverridden"
            }
            #expect(overridden.count == 1)
            #expect(overridden.first?["checks"]?.array?.compactMap(\.string) == ["model"])
            #expect(overridden.first?["reason"]?.string == "we know")
            #expect(overridden.first?["phases"]?.array?.compactMap(\.string) == ["fitting"])
        }

        @Test func aSessionPausesWhereNobodyAcknowledges() throws {
            let (station, session, path) = try start(
                Self.study.replacingOccurrences(
                    of: "acknowledgeWithinSeconds: 3600", with: "acknowledgeWithinSeconds: 5"))
            let chat = try LinkedProbe(station, session: session, name: "chat")
            try chat.send(
                "alarm", ["code": "self-harm", "text": "A cue.", "severity": "urgent"])
            try waitFor("the pause") { try told(station, session).paused != nil }
            #expect(try told(station, session).alarms == ["a1"])
            // Who lets it go on has seen it.
            #expect(try station.attune("session", "resume").code == 0)
            usleep(800_000)
            #expect(try told(station, session).paused == nil)
            #expect(try station.attune("session", "stop").code == 0)
            #expect(try station.end().code == 0)
            let paused = try payloads(path, "paused")
            #expect(paused.count == 1 && paused.first?["actor"]?.string == "attuned")
            #expect(paused.first?["alarm"]?.string == "a1")
        }

        @Test func whenATurnWasShownIsToldByAClockOfItsOwn() throws {
            let (station, session, path) = try start()
            let chat = try LinkedProbe(station, session: session, name: "chat")
            let page = try LinkedProbe(station, session: session, name: "page", clock: .own)
            // A page counts from when it was loaded.
            let loaded = Clocks.now().nanoseconds - 5_000_000_000
            func clock() -> Int64 { Clocks.now().nanoseconds - loaded }
            try page.reportClock(clock)
            let sent = Clocks.now().nanoseconds
            try chat.send(
                "turn",
                ["author": "client", "text": "Hello", "number": 1, "sent_ns": .integer(sent)])
            let before = Clocks.now()
            let shown = clock()
            let after = Clocks.now()
            try page.send(
                "turn_shown",
                ["number": 1, "shown_ns": .integer(shown), "last_ns": .integer(shown + 1_000_000)],
                at: shown)
            #expect(throws: (any Error).self) {
                try page.send("turn_shown", ["number": 1], at: shown)
            }
            #expect(try station.attune("session", "stop", "--wait").code == 0)
            #expect(try station.end().code == 0)
            let reader = try SessionReader.open(at: path)
            let turn = try #require(try reader.turns().first)
            let event = try #require(try reader.events(of: ["turn_shown"]).first)
            try reader.close()
            let time = try #require(turn.shown)
            #expect(time >= before + -turn.bound + -1_000 && time <= after + turn.bound)
            #expect(turn.bound == event.bound && turn.bound > 0)
            let payload = try JSONValue(parsing: event.payload)
            #expect(payload["shown_ns"]?.integer == time.nanoseconds)
            #expect(payload["shown_client_ns"]?.integer == shown)
        }
    }
}
