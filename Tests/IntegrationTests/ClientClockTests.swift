import Link
import SessionStore
import SystemCalls
import Testing
import Timebase

extension IntegrationTests {
    /// A client whose clock is not the station's, at the real daemon.
    @Suite struct ClientClockTests {
        /// Ahead by an hour and a bit, and 200 ppm fast.
        private static func clock(_ station: Instant) -> Int64 {
            station.nanoseconds + 3_700_000_000_000 + station.nanoseconds / 5_000
        }

        @Test func eventsOfAForeignClockGetTheStationsTime() throws {
            let station = try StationProcess()
            try station.start()
            let started = try station.json("session", "start", "clocks", "p1")
            let session = try #require(started["id"]?.string)
            let path = try #require(started["file"]?.string)
            let link = try VarlinkClient(path: station.socket)
            _ = try link.call(
                LinkInterface.Register.self,
                LinkInterface.Register.Parameters(
                    session: session, client: "browser", title: "A browser", clock: .own,
                    streams: []))
            func send(_ sequence: Int64) throws -> (before: Instant, after: Instant) {
                let before = Clocks.now()
                let time = Self.clock(before)
                let after = Clocks.now()
                _ = try link.call(
                    LinkInterface.SendEvents.self,
                    LinkInterface.SendEvents.Parameters(
                        session: session, client: "browser",
                        events: [
                            LinkEvent(
                                sequence: sequence, timeNs: time, kind: "key", payload: [:])
                        ]))
                return (before, after)
            }
            // Nobody knows its clock yet.
            #expect(throws: (any Error).self) { try send(1) }
            var probe = ClockProbe()
            let asking = try VarlinkClient(path: station.socket)
            #expect(probe.isDue(Self.clock(Clocks.now())))
            let observations = try probe.ask(asking) { Self.clock(Clocks.now()) }
            #expect(!probe.isDue(Self.clock(Clocks.now())))
            #expect(observations.count == ClockProbe.questions)
            _ = try link.call(
                LinkInterface.ReportClock.self,
                LinkInterface.ReportClock.Parameters(
                    session: session, client: "browser", observations: observations))
            let moments = try (1...5 as ClosedRange<Int64>).map(send)
            #expect(try station.attune("session", "stop", "--wait", "--session", session).code == 0)

            let reader = try SessionReader.open(at: path)
            let events = try reader.events().filter { $0.client == "browser" }
            let streams = try reader.streams()
            let kept = try reader.clockObservations()
            #expect(events.count == 5)
            for (event, moment) in zip(events, moments) {
                #expect(event.time >= moment.before + -event.bound + -1_000)
                #expect(event.time <= moment.after + event.bound)
                // The socket of one machine; a busy machine may answer late.
                #expect(event.bound < 200_000_000)
            }
            let stream = try #require(streams.first { $0.kind == "client" })
            #expect(stream.name == "browser.clock" && stream.source == "browser")
            let rows = try reader.clockSegments(stream.id)
            #expect(rows.count == 1 && rows.first?.method == "round-trip/1")
            #expect(kept.filter { $0.client == "browser" }.count == 2 * 8 + 5)
            try reader.close()
            let check = try station.attune("check", path)
            #expect(check.code == 0, "\(check.output) \(check.error)")
            let sync = try station.attune("sync", path)
            #expect(sync.code == 0, "\(sync.output) \(sync.error)")
            #expect(try station.end().code == 0)
        }
    }
}
