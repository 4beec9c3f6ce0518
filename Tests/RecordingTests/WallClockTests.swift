import DeviceProfiles
import Foundation
import SessionStore
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import Recording

/// The wall clock is set while a session is recorded.
@Suite struct WallClockTests {
    private static let hour: Int64 = 3_600_000_000_000

    private func harness(_ directory: TemporaryDirectory, _ clock: any WallClock) throws
        -> IngestHarness
    {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let library = try ProfileLibrary.load(directory: "\(root.path)/Devices/profiles")
        let profile = try #require(library.profiles.first { $0.name == "bitalino" })
        return try IngestHarness(
            directory: directory.path, runtime: directory.path, profile: profile,
            channels: ["a"], rate: 100, wallClock: clock)
    }

    private func triples(_ path: String) throws -> [RecordedTriple] {
        let reader = try SessionReader.open(at: path)
        let triples = try reader.timeTriples()
        try reader.close()
        return triples
    }

    private func wait(_ what: String, _ condition: () throws -> Bool) throws {
        let limit = Clocks.now() + 20_000_000_000
        while try !condition() {
            guard Clocks.now() < limit else {
                Issue.record("no \(what)")
                return
            }
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    @Test(arguments: [true, false])
    func eachStepIsStoredAndMovesNothingElse(isTold: Bool) throws {
        let directory = try TemporaryDirectory()
        let clock = try FakeWallClock(tells: isTold)
        let harness = try harness(directory, clock)
        var moments: [(before: Instant, after: Instant, ahead: Int64)] = []
        var ahead: Int64 = 0
        for (number, step) in [0, Self.hour, -2 * Self.hour, 40_000_000].enumerated() {
            if step != 0 {
                clock.set(by: step)
                ahead += step
                try wait("step \(number)") {
                    harness.takeNotices()
                    return try triples(harness.path).filter { $0.cause == "step" }.count == number
                }
            }
            let before = Clocks.now()
            let fits = harness.push(
                event: "{\"ahead\":\(ahead)}", kind: "note", sequence: Int64(number) + 1)
            #expect(fits)
            moments.append((before, Clocks.now(), ahead))
        }
        try harness.finish()
        let reader = try SessionReader.open(at: harness.path)
        let session = try reader.session()
        let all = try reader.events()
        let events = all.filter { $0.kind == "note" }
        let stored = try reader.timeTriples()
        try reader.close()
        #expect(stored.first?.cause == "start")
        #expect(stored.filter { $0.cause == "start" }.count == 1)
        #expect(stored.last?.cause == "stop")
        #expect(events.count == 4)
        #expect(
            all.filter { $0.kind == "clock_step" }.map(\.payload) == [
                #"{"milliseconds":3600000}"#, #"{"milliseconds":-7200000}"#,
                #"{"milliseconds":40}"#,
            ])
        let began = session.description.startedRealtime - session.description.started.nanoseconds
        for (event, moment) in zip(events, moments) {
            // Its own time is what it was.
            #expect(event.time >= moment.before && event.time <= moment.after)
            // And UTC is what the wall clock said.
            let force = try #require(
                stored.last(where: { $0.triple.monotonic <= event.time }))
            let distance = force.triple.realtime - force.triple.monotonic.nanoseconds
            #expect(abs(distance - began - moment.ahead) < 1_000_000)
        }
    }

    @Test func sleepIsToldFromASetClock() throws {
        let directory = try TemporaryDirectory()
        let clock = try FakeWallClock(tells: true)
        let harness = try harness(directory, clock)
        try wait("start") {
            harness.takeNotices()
            return try !triples(harness.path).isEmpty
        }
        clock.sleep(90_000_000_000)
        try wait("sleep") {
            harness.takeNotices()
            return try triples(harness.path).contains { $0.cause == "sleep" }
        }
        try harness.finish()
        let found = try triples(harness.path)
        #expect(!found.contains { $0.cause == "step" })
    }

    /// The clocks are read every 10 s, and a wall clock that runs as the monotonic one does is not
    /// taken for one that was set.
    @Test func readingsComeEveryTenSeconds() {
        let recorder = SessionRecorder(
            number: 1, identifier: "s", started: Instant(nanoseconds: 0), positions: (0, 0),
            sources: SessionSources(number: 1, sources: [], nextStream: 1),
            triple: Self.triple(0, ahead: 5_000))
        let position = RingPosition(ring: "r", name: "control", position: 0)
        var causes: [String] = []
        for step in 1...300 as ClosedRange<Int64> {
            // Read a little unevenly, and set by a minute after 41 s.
            let ahead = (step > 205 ? 60_000_000_000 : 0) + 5_000 + (step % 3) * 20
            let batch = recorder.makeBatch(
                acquisition: position, control: position,
                triple: Self.triple(step * 200_000_000, ahead: ahead))
            causes += batch?.timeTriples.map(\.cause) ?? []
        }
        #expect(
            causes == ["periodic", "periodic", "periodic", "periodic", "step", "periodic"])
    }

    private static func triple(_ monotonic: Int64, ahead: Int64) -> TimeTriple {
        TimeTriple(
            monotonic: Instant(nanoseconds: monotonic), boottime: monotonic + 77,
            realtime: monotonic + ahead, uncertainty: 200)
    }

    /// The kernel's own timer: there is one, and it tells of no step while nobody sets the clock. That a
    /// step is told cannot be shown without setting the machine's clock.
    @Test func theKernelWatchesItsClock() {
        let clock = KernelWallClock()
        #expect(clock.number >= 0)
        #expect(!clock.takeChange())
        let (a, b) = (clock.triple(), clock.triple())
        let moved = (b.realtime - a.realtime) - (b.monotonic - a.monotonic)
        #expect(abs(moved) <= a.uncertainty + b.uncertainty + 10_000)
    }
}
