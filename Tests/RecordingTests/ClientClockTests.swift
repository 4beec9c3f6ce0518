import Link
import SessionStore
import Testing
import Timebase

@testable import Recording

/// A linked client whose clock is its own.
@Suite struct ClientClockTests {
    /// A client's clock, and a network that takes 2 ms there and 1 ms back.
    private struct Client {
        var offset: Int64 = 4_000_000_000_000
        var driftPPM: Int64 = 80

        func time(_ station: Int64) -> Int64 {
            station - offset + (station - 9_000_000_000_000) / 1_000_000 * driftPPM
        }

        func trip(_ station: Int64) -> RoundTrip {
            RoundTrip(
                clientSent: time(station), received: Instant(nanoseconds: station + 2_000_000),
                sent: Instant(nanoseconds: station + 2_010_000),
                clientReceived: time(station + 3_010_000))
        }
    }

    private static let start: Int64 = 9_000_000_000_000
    private let position = RingPosition(ring: "r", name: "control", position: 0)

    private func recorder() -> SessionRecorder {
        SessionRecorder(
            number: 1, identifier: "s", started: Instant(nanoseconds: Self.start),
            positions: (0, 0), sources: SessionSources(number: 1, sources: [], nextStream: 3))
    }

    private func batch(_ recorder: SessionRecorder, at time: Int64) throws -> SessionBatch {
        try #require(
            recorder.makeBatch(
                acquisition: position, control: position,
                triple: TimeTriple(
                    monotonic: Instant(nanoseconds: time), boottime: time, realtime: time,
                    uncertainty: 10)))
    }

    private func event(
        _ sequence: Int64, _ time: Int64, kind: String = "note", payload: String = "{}"
    ) -> LinkEventRecord {
        LinkEventRecord(
            sequence: sequence, time: Instant(nanoseconds: time), bound: 100_000,
            client: "browser", kind: kind, payload: payload)
    }

    private func ask(_ recorder: SessionRecorder, _ client: Client, at time: Int64) {
        for probe in 0..<8 as Range<Int64> {
            recorder.add(client.trip(time + probe * 64_000_000), of: "browser")
        }
    }

    @Test func eventsTurnsAndEditsGetTheStationsTimeAndTheMappingsBound() throws {
        let recorder = recorder()
        let client = Client()
        recorder.beginClock(of: "browser", stream: 3, name: "browser.clock")
        for round in 0..<20 as Range<Int64> {
            ask(recorder, client, at: Self.start + round * 2_000_000_000)
        }
        let now = Self.start + 41_000_000_000
        let arrival = Instant(nanoseconds: now + 3_000_000)
        recorder.take(event(1, client.time(now)), arrival: arrival)
        recorder.take(
            event(
                2, client.time(now), kind: "turn",
                payload: """
                    {"author":"participant","text":"Ja","composed_from_ns":\
                    \(client.time(now - 7_000_000_000)),"sent_ns":\(client.time(now)),\
                    "shown_ns":null}
                    """), arrival: arrival)
        recorder.take(
            event(
                3, client.time(now), kind: "draft_edit",
                payload: "{\"draft\":1,\"position\":0,\"deleted\":0,\"inserted\":1}"),
            arrival: arrival)
        let made = try batch(recorder, at: now)
        let stored = try #require(made.events.first)
        let turn = try #require(made.turns.first)
        let edit = try #require(made.draftEdits.first)
        for (time, bound, truth) in [
            (stored.time, stored.bound, now), (turn.sent, turn.bound, now),
            (edit.time, edit.bound, now),
            (try #require(turn.composedFrom), turn.bound, now - 7_000_000_000),
        ] {
            #expect(abs(time.nanoseconds - truth) <= bound, "\(time.nanoseconds - truth) \(bound)")
            // Half of the round trip's 3 ms, the client's own 0.1 ms, and little more.
            #expect(bound >= 1_600_000 && bound < 1_900_000, "\(bound)")
        }
        #expect(turn.shown == nil)
        // The clock's own stream, its line, and what the client said.
        #expect(made.streams.map(\.kind) == ["client"])
        #expect(made.streams.map(\.source) == ["browser"])
        let row = try #require(made.clockSegments.last)
        #expect(row.stream == 3 && row.segment.method == "round-trip/1")
        #expect(abs((row.segment.driftPPM ?? 0) + 80) < 20)
        let middle = (row.segment.firstIndex + row.segment.lastIndex) / 2
        let moment = Self.start + 19_500_000_000
        #expect(abs(client.time(moment) / 1_000 - middle) < 2_000_000)
        #expect(
            abs(row.segment.time(of: client.time(moment) / 1_000).nanoseconds - moment)
                <= row.segment.bound + 1_000)
        #expect(made.clockObservations.map(\.index) == [1, 2, 3])
        #expect(made.clockObservations.first?.deviceTime == client.time(now))
    }

    @Test func aClockThatBeginsAnewGetsAnotherStream() throws {
        let recorder = recorder()
        var client = Client()
        recorder.beginClock(of: "browser", stream: 3, name: "browser.clock")
        ask(recorder, client, at: Self.start)
        let kept = Self.start + 4_000_000_000
        let old = client.time(kept)
        ask(recorder, client, at: Self.start + 5_000_000_000)
        // The page is loaded anew and counts from nearly zero.
        let again = Self.start + 9_000_000_000
        client.offset = again
        recorder.beginClock(of: "browser", stream: 4, name: "browser.clock-4")
        ask(recorder, client, at: again)
        let now = again + 2_000_000_000
        recorder.take(event(1, client.time(now)), arrival: Instant(nanoseconds: now + 1_000_000))
        // It had been kept in the page's storage from before.
        recorder.take(event(2, old), arrival: Instant(nanoseconds: now + 1_500_000))
        let made = try batch(recorder, at: now)
        #expect(made.streams.map(\.id) == [3, 4])
        #expect(Set(made.clockSegments.map(\.stream)) == [3, 4])
        for (event, truth) in zip(made.events, [now, kept]) {
            #expect(
                abs(event.time.nanoseconds - truth) <= event.bound,
                "\(event.time.nanoseconds - truth), \(event.bound)")
            #expect(event.bound < 10_000_000)
        }
    }

    @Test func theMappingGoesOnAfterACrash() throws {
        let recorder = recorder()
        let client = Client()
        recorder.beginClock(of: "browser", stream: 3, name: "browser.clock")
        ask(recorder, client, at: Self.start)
        let made = try batch(recorder, at: Self.start + 1_000_000_000)
        let resumed = self.recorder()
        resumed.restore(sequences: [:], states: made.savedStates)
        let now = Self.start + 3_000_000_000
        let taken = resumed.take(
            event(1, client.time(now)), arrival: Instant(nanoseconds: now + 2_000_000))
        let mapped = try #require(taken)
        #expect(abs(mapped.time.nanoseconds - now) <= mapped.bound)
        #expect(mapped.bound < 4_000_000)
        let text = try #require(made.sources)
        let sources = try #require(SessionSources.decoded(text))
        #expect(sources.clocks == ["browser": 3] && sources.nextStream == 4)
    }

    @Test func aClientOnTheStationsClockIsLeftAlone() throws {
        let recorder = recorder()
        let taken = recorder.take(
            event(1, Self.start + 5), arrival: Instant(nanoseconds: Self.start + 900_000))
        #expect(taken?.time == Instant(nanoseconds: Self.start + 5))
        #expect(taken?.bound == 100_000)
        let made = try batch(recorder, at: Self.start + 1_000_000)
        #expect(made.clockObservations.isEmpty && made.streams.isEmpty)
    }

    @Test func allMomentsOfAPayloadGetTheStationsTime() throws {
        let recorder = recorder()
        let client = Client()
        recorder.beginClock(of: "browser", stream: 3, name: "browser.clock")
        ask(recorder, client, at: Self.start)
        let now = Self.start + 3_000_000_000
        let arrival = Instant(nanoseconds: now + 2_000_000)
        // The page tells that it has painted a turn before the chat's own event of it came.
        recorder.take(
            event(
                1, client.time(now), kind: "turn_shown",
                payload: """
                    {"number":4,"shown_ns":\(client.time(now - 20_000_000)),"last_ns":\
                    \(client.time(now)),"width_ns":"none","inner":{"then_ns":5},"_ns":6}
                    """), arrival: arrival)
        recorder.take(
            LinkEventRecord(
                sequence: 1, time: Instant(nanoseconds: now), bound: 1_000, client: "chat",
                kind: "turn",
                payload: "{\"author\":\"client\",\"text\":\"Hm\",\"number\":4,\"sent_ns\":\(now)}"),
            arrival: arrival)
        let made = try batch(recorder, at: now)
        let stored = try #require(made.events.first)
        let payload = try JSONValue(parsing: stored.payload)
        for (name, truth) in [("shown", now - 20_000_000), ("last", now)] {
            let mapped = try #require(payload["\(name)_ns"]?.integer)
            #expect(abs(mapped - truth) <= stored.bound, "\(name): \(mapped - truth)")
            #expect(payload["\(name)_client_ns"]?.integer == client.time(truth))
        }
        // What is no moment stays as it was.
        #expect(payload["width_ns"]?.string == "none")
        #expect(payload["inner"]?["then_ns"]?.integer == 5)
        #expect(payload["_ns"]?.integer == 6)
        let shown = try #require(made.turnsShown.first)
        #expect(shown.number == 4)
        #expect(abs(shown.shown.nanoseconds - (now - 20_000_000)) <= shown.bound)
        let turn = try #require(made.turns.first)
        #expect(turn.shown == shown.shown && turn.bound == shown.bound)
    }

    @Test func momentsOfAClientOnTheStationsClockStayAsTheyAre() throws {
        let recorder = recorder()
        let payload = "{\"number\":1,\"shown_ns\":77}"
        let taken = recorder.take(
            event(1, Self.start + 5, kind: "turn_shown", payload: payload),
            arrival: Instant(nanoseconds: Self.start + 900_000))
        #expect(taken?.payload == payload)
        #expect(try batch(recorder, at: Self.start + 9).turnsShown.map(\.shown.nanoseconds) == [77])
    }
}
