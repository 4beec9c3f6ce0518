import Foundation
import SessionStore
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import Export

@Suite struct SyncReportTests {
    private func report(hasTrouble: Bool) throws -> SyncReport {
        let directory = try TemporaryDirectory("sync")
        let path = directory.file("s.attune")
        try SyncSession.write(path, hasTrouble: hasTrouble)
        let reader = try SessionReader.open(at: path)
        defer { try? reader.close() }
        return try SyncReport(reader)
    }

    @Test func streamsAreJudgedByTheirClocks() throws {
        let report = try report(hasTrouble: true)
        #expect(report.streams.map(\.name) == ["strap", "keyboard", "room", "empty", "chat"])
        let strap = report.streams[0]
        #expect(strap.count == 11_700)
        #expect(strap.driftPPM == 10)
        // Exponential of 1 ms: mean 1 ms, 95th percentile 3 ms.
        #expect((800_000...1_200_000).contains(strap.jitterMean ?? 0), "\(strap.jitterMean ?? 0)")
        #expect((2_500_000...3_500_000).contains(strap.jitter95 ?? 0), "\(strap.jitter95 ?? 0)")
        #expect(strap.boundMedian == 3_100_000 && strap.boundWorst == 3_100_000)
        #expect(strap.gaps.count == 1 && strap.lost == 300 && strap.lostBound == 0)
        #expect(strap.early == 0 && strap.arrivals == 1170)
        #expect(strap.resets.count == 1)
        let reset = try #require(strap.resets.first)
        #expect(abs(reset - SyncSession.at(SyncSession.resetAt)) < 500_000_000)
        #expect(strap.offset == 0)
        #expect(strap.verdict.state == .lookAtThis)
        #expect(strap.verdict.sentences.contains("look at this: 1 reset"))
        #expect(
            strap.verdict.sentences.contains(
                "the constant delay cannot be seen; it was taken from the device profile (20.0 ms ± 2.0 "
                    + "ms, which is in the bound)"))
        #expect(report.verdict == "1 stream is to be looked at.")
        let keyboard = report.streams[1]
        #expect(keyboard.count == 40 && keyboard.boundWorst == 10_000_000)
        #expect(
            keyboard.verdict.sentences.first
                == "in sync: every time is within 10.0 ms of the truth in 95 of 100 cases")
        #expect(report.streams[2].verdict.state == .coarse)
        #expect(report.streams[3].verdict.sentences == ["nothing was recorded"])
    }

    @Test func aClientsClockIsReadByItsRoundTrips() throws {
        let chat = try #require(try report(hasTrouble: false).streams.last)
        #expect(chat.count == 40 && chat.clock == "own")
        let offset = try #require(chat.offset)
        #expect(abs(offset - SyncSession.clientOffset) < 250_000, "\(offset)")
        #expect(abs((chat.driftPPM ?? 0) - SyncSession.clientPPM) < 10, "\(chat.driftPPM ?? 0)")
        #expect((chat.roundTripLeast ?? 0) >= 800_000)
        #expect(chat.verdict.state == .inSync)
    }

    /// A page that is loaded anew has another clock, which is a stream of its own.
    @Test func aClientsSecondClockIsAReset() {
        func trips(_ seconds: Range<Int>, offset: Int64) -> [ClockObservation] {
            seconds.flatMap { second in
                let time = SyncSession.at(Double(second))
                let client = time.nanoseconds - offset
                return [
                    ClockObservation(client: "c", deviceTime: client - 1_000_000, arrival: time),
                    ClockObservation(
                        client: "c", deviceTime: client + 1_000_000, sent: time, arrival: time),
                    // An event's own time is no round trip.
                    ClockObservation(
                        client: "c", index: Int64(second), deviceTime: 5, sent: time, arrival: time),
                ]
            }
        }
        func clock(_ second: Int, drift: Double) -> [ClockSegment] {
            [
                ClockSegment(
                    firstIndex: 0, lastIndex: 9, origin: SyncSession.at(Double(second)),
                    period: 1000,
                    bound: 1_000_000, method: "round-trip/1", driftPPM: drift)
            ]
        }
        let client = StreamSync.client(
            "c", [(SyncSession.at(1), 2_000_000)],
            trips(0..<30, offset: 7_000) + trips(30..<60, offset: 9_000_000),
            [clock(0, drift: 5), clock(30, drift: -12)], from: SyncSession.at(0),
            to: SyncSession.at(60))
        #expect(client.offset == 9_000_000 && client.driftPPM == 12)
        #expect(client.resets == [SyncSession.at(30)])
        #expect(client.jitter95 == 0 && client.roundTripLeast == 2_000_000)
        #expect(client.verdict.sentences.contains("look at this: 1 reset"))
    }

    @Test func withoutTroubleNothingIsToBeLookedAt() throws {
        let report = try report(hasTrouble: false)
        let strap = report.streams[0]
        #expect(strap.verdict.state == .inSync, "\(strap.verdict.sentences)")
        #expect(strap.offset == SyncSession.deviceOffset)
        #expect(abs(strap.driftPPM ?? 99) <= 10)
        #expect(
            report.verdict == "All streams are in sync; 1 of 4 only well enough for slow signals.")
    }

    @Test func resetsAndStrayReadingsAreToldApart() {
        func readings(_ offsets: [Int64]) -> [(time: Instant, device: Int64)] {
            offsets.enumerated().map { place, offset in
                let time = Int64(place) * 1_000_000_000
                return (Instant(nanoseconds: time), time - offset)
            }
        }
        let far: Int64 = 9_000_000_000_000
        let steady = DeviceClockOffsets(readings(Array(repeating: 5, count: 30)))
        #expect(steady.offset == 5 && steady.resets.isEmpty && steady.strays == 0)
        #expect(steady.driftPPM == 0)
        let stray = DeviceClockOffsets(
            readings(Array(repeating: 5, count: 10) + [far] + Array(repeating: 5, count: 10)))
        #expect(stray.resets.isEmpty && stray.strays == 1 && stray.offset == 5)
        let reset = DeviceClockOffsets(
            readings(Array(repeating: 5, count: 10) + Array(repeating: far, count: 12)))
        #expect(reset.resets == [Instant(nanoseconds: 10_000_000_000)])
        #expect(reset.offset == far && reset.strays == 0)
        let twice = DeviceClockOffsets(readings([5, 5, 5, far, -far, 5, 5, far, far, far]))
        #expect(twice.strays == 2 && twice.resets.count == 1)
        #expect(DeviceClockOffsets([]).offset == nil)
        // 100 ppm: the device gains 0.1 ms a second.
        let drifting = DeviceClockOffsets(
            (0..<100).map { second in
                let time = Int64(second) * 1_000_000_000
                return (Instant(nanoseconds: time), time + time / 10_000)
            })
        #expect(abs((drifting.driftPPM ?? 0) - 100) < 0.1)
        #expect(
            DeviceClockOffsets([
                (Instant(nanoseconds: .max), .min), (Instant(nanoseconds: .min), .max),
                (Instant(nanoseconds: 0), 0),
            ]).strays <= 2)
    }

    @Test func arrivalsBeforeTheirTimesAreToldOff() {
        var stream = StreamSync(name: "x", source: .samples, clock: "counter")
        stream.count = 1000
        stream.boundMedian = 1_000_000
        stream.boundWorst = 1_000_000
        stream.arrivals = 1000
        stream.early = 30
        #expect(stream.verdict.state == .inSync)
        stream.early = 300
        #expect(stream.verdict.state == .lookAtThis)
        #expect(
            stream.verdict.sentences[1].hasPrefix("look at this: 30% of the packets arrived before")
        )
        stream.early = 0
        stream.driftPPM = -312
        #expect(stream.verdict.sentences[1].contains("runs 312 ppm too slow"))
        stream.driftPPM = nil
        stream.gaps = [
            Gap(
                cause: .inferred, afterIndex: 1, start: Instant(nanoseconds: 0),
                end: Instant(nanoseconds: 1), lost: 5, lostBound: .max)
        ]
        #expect(stream.lostBound == nil && stream.verdict.state == .lookAtThis)
    }

    @Test func thePictureIsWellFormed() throws {
        let directory = try TemporaryDirectory("sync")
        for hasTrouble in [true, false] {
            let svg = SyncPlot(try report(hasTrouble: hasTrouble)).svg
            let path = directory.file("plot.svg")
            try FileSystem.write(Array(svg.utf8), to: path)
            let check = """
                import sys, xml.etree.ElementTree as tree
                root = tree.parse(sys.argv[1]).getroot()
                assert root.tag == "{http://www.w3.org/2000/svg}svg", root.tag
                x, y, width, height = map(float, root.get("viewBox").split())
                for element in root.iter("{http://www.w3.org/2000/svg}rect"):
                    assert float(element.get("x", 0)) >= 0 and float(element.get("width")) >= 0
                    assert float(element.get("y", 0)) + float(element.get("height")) <= height
                print(" ".join(root.itertext()))
                """
            let python = try Program(
                "/usr/bin/env", ["python3", "-c", check, path], in: directory.path)
            #expect(python.status == 0, "\(python.errors)")
            #expect(python.output.contains("In sync? s & <t>, p"))
            #expect(python.output.contains("lateness, ms"))
            #expect(
                svg.contains("stroke=\"#c62828\" stroke-width=\"1.5\" stroke-dasharray=\"5 3\"")
                    == hasTrouble)
        }
    }

    @Test func axesHaveRoundNumbers() {
        let axis = PlotAxis(from: -0.3, to: 1, about: 8, unit: "ms", scale: 1e6)
        #expect(
            axis.ticks.map { axis.label($0) } == ["-0.2", "0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
        #expect(PlotAxis.time(120_000_000_000).ticks == [0, 20, 40, 60, 80, 100, 120])
        #expect(PlotAxis.time(7_200_000_000_000).unit == "min")
        var random = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            let size = Double.random(in: -6...9, using: &random)
            let range = exp(size)
            let axis = PlotAxis(from: -range / 3, to: range, about: 6, unit: "", scale: 1)
            #expect((2...8).contains(axis.ticks.count), "\(range) \(axis.ticks)")
            #expect(Set(axis.ticks.map { axis.label($0) }).count == axis.ticks.count, "\(range)")
        }
    }

    @Test func theCommandTellsAndDraws() throws {
        let directory = try TemporaryDirectory("sync")
        let path = directory.file("s.attune")
        let plot = directory.file("plot.svg")
        try SyncSession.write(path)
        let text = try Program(Program.attune, ["sync", path, "--plot", plot], in: directory.path)
        #expect(text.status == 0, "\(text.errors)")
        #expect(text.output.contains("look at this: 1 reset"), "\(text.output)")
        #expect(text.output.contains("chat: in sync: every time is within 2.0 ms"))
        #expect(try FileSystem.readText(plot).hasSuffix("</svg>\n"))
        let json = try Program(Program.attune, ["sync", path, "--json"], in: directory.path)
        #expect(json.status == 0)
        let object =
            try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        let streams = try #require(object?["streams"] as? [[String: Any]])
        #expect(streams.count == 5)
        #expect(streams[0]["state"] as? String == "look_at_this")
        #expect(streams[0]["bound_median_ms"] as? Double == 3.1)
        #expect((streams[0]["resets_at_ms"] as? [Double])?.count == 1)
        #expect(streams[0]["lost"] as? Int == 300)
        let absent = try Program(
            Program.attune, ["sync", directory.file("absent")], in: directory.path)
        #expect(absent.status == 1 && absent.errors.contains("not there"))
    }
}
