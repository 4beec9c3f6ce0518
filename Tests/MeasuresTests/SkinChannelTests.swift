import SessionStore
import TestSupport
import Testing
import Timebase

@testable import Measures

/// Which channel skin conductance comes from, where several could be meant.
@Suite struct SkinChannelTests {
    private static let start = Instant(nanoseconds: 5_000_000_000)
    private static let channels = [
        ("clock", ChannelDescription(name: "ticks", unit: "µs")),
        ("finger", ChannelDescription(name: "gsr", unit: "Ohm")),
        ("wrist", ChannelDescription(name: "eda", unit: "uS", scale: 0.01)),
    ]

    /// Two minutes of the first channels, of a rising number each.
    private func measured(_ count: Int) throws -> [String: MeasureValue] {
        let directory = try TemporaryDirectory("skin")
        let path = directory.file("s.attune")
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "skin", kind: .chat, study: "s", participant: "p", station: "st",
                softwareVersion: "0", bootIdentifier: "b", started: Self.start,
                startedRealtime: 1_790_000_000_000_000_000),
            streams: Self.channels.prefix(count).enumerated().map { place, channel in
                StreamDescription(
                    id: Int64(place + 1), name: channel.0, kind: "signal", nominalRate: 4,
                    channels: [channel.1])
            })
        var batch = SessionBatch()
        for stream in 1...Int64(count) {
            batch.samples.append(
                SampleRun(
                    stream: stream, firstIndex: 0, count: 480,
                    columns: [.integers((0..<480).map { 300 + $0 })],
                    packets: [SamplePacket(count: 480, arrival: Self.start + 120_000_000_000)]))
            batch.clockSegments.append(
                StreamClockSegment(
                    stream: stream,
                    segment: ClockSegment(
                        firstIndex: 0, lastIndex: 479, origin: Self.start, period: 250_000_000,
                        bound: 0, method: "least-delay/1")))
        }
        try writer.commit(batch)
        try writer.close()
        let reader = try SessionReader.open(at: path)
        let plan = try MeasurePlan(reader, baseline: { _ in nil }, shows: { _ in true })
        let measures = try SessionMeasures(
            reader: reader, plan: plan, corrections: SignalCorrections(),
            settings: MeasureSettings(), shows: { _ in true })
        let values = try measures.values(
            of: MeasureStretch(
                kind: .window, from: Self.start + 10_000_000_000,
                to: Self.start + 100_000_000_000))
        return Dictionary(
            uniqueKeysWithValues: zip(SessionMeasures.variables(of: .window).map(\.name), values))
    }

    @Test func microsecondsAreNoConductance() throws {
        let row = try measured(1)
        #expect(row["eda_stream"] == .missing && row["scl_why"] == .text("no-stream"))
    }

    @Test func ohmsAreNoMicrosiemens() throws {
        let row = try measured(2)
        #expect(row["eda_stream"] == .text("finger") && row["scl_why"] == .text("unit"))
        #expect(row["scl"] == .missing && row["scl_raw"] == .missing)
    }

    @Test func conductanceGoesBeforeResistance() throws {
        let row = try measured(3)
        #expect(row["eda_stream"] == .text("wrist") && row["scl_why"] == .missing)
        #expect(row["scl"] != .missing && row["scl"] == row["scl_raw"])
    }
}
