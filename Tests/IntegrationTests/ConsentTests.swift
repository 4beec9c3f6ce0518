import Foundation
import Glibc
import Link
import SessionStore
import SystemCalls
import Testing
import Timebase

extension IntegrationTests {
    /// Nothing is recorded that the participant has not agreed to: at the real daemon, with a sensor, a
    /// keyboard, and a linked client that brings signals, turns and drafts.
    @Suite struct ConsentTests {
        private static let agreeing = """
            name: agreeing
            version: 1
            title: Agreeing
            phases:
              - {name: consent, title: Consent, kind: consent, keys: true}
              - {name: chat, title: Chat, kind: chat}
            consent:
              - {name: conversation, title: The conversation, covers: [turns, draft-edits], required: true}
              - {name: sensors, title: Body signals, covers: [signals]}
              - {name: key-timing, title: Times of keys, covers: [keys, pointer]}
              - {name: draft-text, title: Text of drafts, covers: [draft-text]}
            chat: {script: distressed-client}
            """

        /// A station with a sensor and a keyboard, and protocols that ask or do not.
        private struct Lab {
            let checkout: Checkout
            let station: StationProcess
            let pipe: String

            init() throws {
                checkout = try Checkout()
                try checkout.write("Protocols/studies/agreeing.yaml", ConsentTests.agreeing)
                station = try StationProcess(programs: checkout.programs)
                pipe = station.file("keyboard")
                #expect(unsafe mkfifo(pipe, 0o600) == 0)
                try station.write(
                    settings: """
                        devices:
                          - {profile: bitalino, path: \(station.file("box")), name: box}
                        keyboards: [{test_source: \(pipe), name: keyboard}]
                        """)
                try station.simulate("bitalino", "--link", station.file("box"))
            }

            func type(_ count: Int) throws {
                let end = unsafe open(pipe, O_RDWR | O_NONBLOCK)
                defer { close(end) }
                for _ in 0..<count {
                    for value: Int32 in [1, 0] {
                        var bytes: [UInt8] = []
                        let now = Clocks.now().nanoseconds
                        func append(_ number: some FixedWidthInteger) {
                            unsafe withUnsafeBytes(of: number.littleEndian) {
                                unsafe bytes.append(contentsOf: $0)
                            }
                        }
                        for (kind, code, value) in [(1, 30, value), (0, 0, Int32(0))] {
                            append(now / 1_000_000_000)
                            append(now % 1_000_000_000 / 1000)
                            append(UInt16(kind))
                            append(UInt16(code))
                            append(value)
                        }
                        #expect(unsafe write(end, bytes, bytes.count) == bytes.count)
                    }
                }
                // Until a reader, if there is one, has taken it.
                usleep(300_000)
            }

            func state(_ name: String) throws -> (state: String, reason: String) {
                let device = try station.device(name)
                return (device["state"]?.string ?? "", device["reason"]?.string ?? "")
            }

            func waitForState(_ state: String, _ name: String) throws {
                try waitFor("\(name) to be \(state)") { try self.state(name).state == state }
            }

            func answer(_ tier: String, _ answer: String) throws {
                let outcome = try station.attune("consent", "set", "P01", tier, answer)
                #expect(outcome.code == 0, "\(outcome.error)")
            }
        }

        /// A program that is linked to the session.
        private final class Client {
            let link: VarlinkClient
            let session: String
            let acknowledged: Int64
            var sequence: Int64

            init(_ station: StationProcess, _ session: String) throws {
                self.session = session
                link = try VarlinkClient(path: station.socket)
                let reply = try link.call(
                    LinkInterface.Register.self,
                    LinkInterface.Register.Parameters(
                        session: session, client: "chat", title: "Chat", clock: .station,
                        bootId: Clocks.bootIdentifier(),
                        streams: [
                            LinkStream(
                                name: "pulse", kind: .signal, rateHz: 100, clock: .arrival,
                                channels: [
                                    LinkChannel(
                                        name: "x", unit: "1", type: .i16, scale: 1, offset: 0)
                                ])
                        ]))
                acknowledged = reply.acknowledged
                sequence = reply.acknowledged
            }

            @discardableResult
            func send(_ kind: String, _ payload: JSONValue) throws -> Int64 {
                sequence += 1
                return try link.call(
                    LinkInterface.SendEvents.self,
                    LinkInterface.SendEvents.Parameters(
                        session: session, client: "chat",
                        events: [
                            LinkEvent(
                                sequence: sequence, timeNs: Clocks.now().nanoseconds, kind: kind,
                                payload: payload)
                        ])
                ).acknowledged
            }

            /// A turn, a draft edit with its text, and ten samples.
            func sendAll(_ text: String) throws {
                try send("turn", ["author": "participant", "text": .string(text)])
                try send(
                    "draft_edit",
                    [
                        "draft": 1, "position": 0, "deleted": 0, "inserted": 1,
                        "class": "letter", "text": .string(text),
                    ])
                sequence += 1
                let reply = try link.call(
                    LinkInterface.SendSamples.self,
                    LinkInterface.SendSamples.Parameters(
                        session: session, client: "chat", stream: "pulse", sequence: sequence,
                        firstTimeNs: Clocks.now().nanoseconds, count: 10,
                        data: Data(count: 20).base64EncodedString()))
                #expect(reply.acknowledged == sequence)
            }
        }

        @Test func nothingIsRecordedWithoutConsent() throws {
            let lab = try Lab()
            let station = lab.station
            try station.start()
            try station.waitForSamples(of: "box")
            let started = try station.json(
                "session", "start", "agreement", "P01", "--protocol", "agreeing")
            let session = try #require(started["id"]?.string)
            let path = try #require(started["file"]?.string)
            #expect(try station.attune("session", "phase", "consent").code == 0)

            // Nobody has answered yet.
            try lab.waitForState("paused", "box")
            try lab.waitForState("paused", "keyboard")
            #expect(try lab.state("box").reason.contains("Body signals"))
            #expect(try lab.state("keyboard").reason.contains("Times of keys"))
            var client = try Client(station, session)
            try client.sendAll("secret one")
            try lab.type(3)
            usleep(500_000)

            // One tier after the other; the participant's own answer comes from the client.
            try lab.answer("sensors", "yes")
            try lab.waitForState("streaming", "box")
            #expect(try lab.state("keyboard").state == "paused")
            try client.send("consent", ["tier": "key-timing", "granted": true])
            try lab.waitForState("streaming", "keyboard")
            try lab.type(2)
            try client.sendAll("secret two")
            try lab.answer("conversation", "yes")
            try client.sendAll("kept one")
            try lab.answer("draft-text", "yes")
            try client.sendAll("kept two")
            usleep(700_000)

            // A no acts at once.
            try lab.answer("sensors", "no")
            try lab.answer("key-timing", "no")
            #expect(try lab.state("box").state == "paused")
            #expect(try lab.state("keyboard").state == "paused")
            usleep(300_000)
            let samples = try self.samples(session, station)
            #expect(samples > 500)
            try lab.type(3)
            try client.sendAll("kept three")
            try lab.answer("conversation", "no")
            try client.sendAll("secret three")
            #expect(try self.samples(session, station) == samples)

            // Neither a crash nor another start brings it back.
            try station.crash()
            try station.start()
            let resumed = try Client(station, session)
            #expect(resumed.acknowledged == client.sequence)
            client = resumed
            try lab.waitForState("paused", "box")
            try lab.type(2)
            try client.sendAll("secret four")
            usleep(300_000)
            try lab.answer("sensors", "yes")
            try lab.waitForState("streaming", "box")
            try client.sendAll("secret five")
            usleep(500_000)
            try lab.answer("sensors", "no")
            #expect(try station.attune("session", "stop", "--wait", "--session", session).code == 0)
            #expect(try station.end().code == 0)

            try look(path, lab)
        }

        private func samples(_ session: String, _ station: StationProcess) throws -> Int64 {
            try station.json("session", "show", session)["session"]?["samples"]?.integer ?? 0
        }

        /// What the file has in the end.
        private func look(_ path: String, _ lab: Lab) throws {
            let content = try FileSystem.read(path)
            #expect(
                String(decoding: content, as: UTF8.self).contains("kept two")
                    && !String(decoding: content, as: UTF8.self).contains("secret"))
            let reader = try SessionReader.open(at: path)
            defer { try? reader.close() }
            let row = try reader.session()
            let turns = try reader.turns()
            #expect(turns.map(\.text) == ["kept one", "kept two", "kept three"])
            let edits = try reader.draftEdits()
            #expect(edits.map(\.text) == [nil, "kept two", "kept three"])
            let streams = try reader.streams()
            let keys = try #require(streams.first { $0.kind == "keys" })
            #expect(try reader.keystrokes(keys.id).count == 2)
            let pulse = try #require(streams.first { $0.source == "chat" })
            // "two", "kept one" and "kept two"; then "five", after the crash.
            #expect(try reader.sampleCount(of: pulse.id) == 40)
            let box = try #require(streams.first { $0.source == "box" })
            for stream in [box, pulse, keys] {
                let gaps = try reader.gaps(stream.id).map(\.gap).filter { $0.cause == .pause }
                let count = try stream.id == keys.id ? 2 : reader.sampleCount(of: stream.id)
                let places = gaps.map(\.afterIndex)
                #expect(places.first == -1, "\(stream.name): \(gaps)")
                #expect(places.last == count - 1, "\(stream.name): \(gaps)")
                #expect(places.count == (stream.id == keys.id ? 2 : 3), "\(stream.name): \(gaps)")
                // The client was not there at the start.
                #expect(
                    stream.id == pulse.id
                        ? gaps[0].start > row.description.started
                        : gaps[0].start == row.description.started, "\(stream.name)")
                #expect(gaps.last?.end == row.stopped, "\(stream.name)")
            }
            // Each answer is in the file, once, with what follows from it.
            let answers = try reader.events().filter { $0.kind == "consent" }
            #expect(answers.count == 9)
            #expect(answers.count { $0.client == "chat" } == 1)
            let audit = try reader.audit()
            #expect(audit.count { $0.action == "consent" } == 11)
            let withheld = audit.filter { $0.action == "withheld" }
            let sums = try withheld.map { try JSONValue(parsing: $0.detail) }
            func sum(_ kind: String) -> Int64 {
                sums.reduce(0) { $0 + ($1[kind]?.integer ?? 0) }
            }
            #expect(sum("turn") == 5 && sum("draft_edit") == 5, "\(withheld)")
            #expect(sum("draft_text") == 1 && sum("samples of pulse") == 40, "\(withheld)")
            let check = try lab.station.attune("check", path)
            #expect(check.code == 0, "\(check.output) \(check.error)")

            // The study keeps who answered, and where.
            let study = try StudyDatabase.openForReading(
                at: "\(lab.station.data)/agreement/study.db")
            let stored = try study.consent(of: "P01")
            #expect(stored.count == 9)
            #expect(stored.allSatisfy { $0.session == row.description.identifier })
            #expect(stored.filter { $0.actor == "client chat" }.map(\.tier) == ["key-timing"])
            #expect(
                stored.last
                    == Consent(
                        participant: "P01", tier: "sensors", isGranted: false,
                        realtime: stored.last?.realtime ?? 0, actor: "uid \(getuid())",
                        session: row.description.identifier))
            try study.close()
        }

        @Test func withoutAPhaseForItSilenceIsAYesButForTexts() throws {
            let lab = try Lab()
            let station = lab.station
            try station.start()
            try station.waitForSamples(of: "box")
            let started = try station.json(
                "session", "start", "paper", "P01", "--protocol", "pilot")
            let session = try #require(started["id"]?.string)
            let path = try #require(started["file"]?.string)
            #expect(try station.attune("session", "phase", "chat").code == 0)
            try lab.waitForState("streaming", "keyboard")
            #expect(try lab.state("box").state == "streaming")
            let client = try Client(station, session)
            try client.sendAll("kept")
            // What is no answer, or to no tier, is refused.
            let refused: [JSONValue] = [
                ["tier": "sensors"], ["granted": true], ["tier": "sensors", "granted": "yes"],
                ["tier": "sensor", "granted": false], ["tier": 1, "granted": false],
            ]
            for payload in refused {
                #expect(throws: (any Error).self, "\(payload)") {
                    try client.send("consent", payload)
                }
                client.sequence -= 1
            }
            let unknown = try station.attune("consent", "set", "P01", "sensor", "no")
            #expect(unknown.code != 0)
            #expect(unknown.error.contains("sensors"), "\(unknown.error)")
            // A recorded no counts without a phase too, and the next session knows it.
            try lab.answer("key-timing", "no")
            #expect(try lab.state("keyboard").state == "paused")
            #expect(try station.attune("session", "stop", "--wait", "--session", session).code == 0)
            let shown = try station.json("consent", "show", "P01")
            #expect(
                shown["tiers"]?.array?.first { $0["tier"]?.string == "key-timing" }?["recorded"]
                    == .bool(false))
            usleep(1_100_000)
            #expect(
                try station.attune("session", "start", "paper", "P01", "--protocol", "pilot").code
                    == 0)
            #expect(try station.attune("session", "phase", "chat").code == 0)
            try lab.waitForState("paused", "keyboard")
            #expect(try lab.state("box").state == "streaming")
            #expect(try station.end().code == 0)
            let reader = try SessionReader.open(at: path)
            #expect(try reader.turns().map(\.text) == ["kept"])
            #expect(try reader.draftEdits().map(\.text) == [nil])
            try reader.close()
        }
    }
}
