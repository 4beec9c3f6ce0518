import Testing

@testable import Timebase

/// Devices that tell losses by their own time, and whose clock is set while they are recorded: a Polar
/// sensor whose battery was changed counts from 2019 on.
@Suite struct DeviceClockResetTests {
    private static let period = 1e9 / 130
    /// Samples a packet.
    private static let batch = 73

    private func arrival(_ position: Int) -> Instant {
        // A delay that differs from packet to packet, at least 20 ms.
        Instant(
            nanoseconds: 5_000_000_000 + Int64(Double(position) * Self.period) + 20_000_000
                + Int64(position / Self.batch * 7 % 11) * 2_000_000)
    }

    private struct Rows {
        var segments: [Int64: ClockSegment] = [:]
        var gaps: [Int64: Gap] = [:]
        mutating func take(_ update: ClockUpdate) {
            for segment in update.segments { segments[segment.firstIndex] = segment }
            for gap in update.gaps { gaps[gap.afterIndex] = gap }
        }
    }

    /// - Parameter lost: samples that went missing while the clock was set.
    private func record(lost: Int, inPacketAt offset: Int = 0) -> Rows {
        var clock = SampleClock(
            ClockModel(
                kind: .counter, period: Self.period, tolerancePPM: 500, typicalDelay: 20_000_000,
                delayUncertainty: 5_000_000, gapTolerance: 1_200_000_000))
        var rows = Rows()
        for packet in 0..<200 {
            let isReset = packet == 100
            let position = (packet + 1) * Self.batch - 1 + (packet >= 100 ? lost : 0)
            clock.observe(
                count: Self.batch, arrival: arrival(position),
                breaks: isReset ? [CounterBreak(beforeOffset: offset, missing: 0)] : [])
            rows.take(clock.update())
        }
        rows.take(clock.close())
        return rows
    }

    @Test(arguments: [0, 73, 146, 1_460])
    func aClockThatWasSetBeginsANewSegmentBehindAGap(lost: Int) throws {
        let rows = record(lost: lost)
        #expect(rows.segments.count == 2 && rows.gaps.count == 1)
        let gap = try #require(rows.gaps[7_299])
        #expect(gap.cause == .inferred)
        #expect(abs(gap.lost - Int64(lost)) <= gap.lostBound, "\(gap)")
        #expect(gap.lostBound <= 12, "\(gap)")
        let line = try #require(rows.segments[7_300])
        for index in [7_300, 14_599] {
            let truth = 5e9 + Double(index + lost) * Self.period
            let error = abs(Double(line.time(of: Int64(index)).nanoseconds) - truth)
            #expect(error <= Double(line.bound), "\(index): \(error), \(line.bound)")
        }
        #expect(gap.start < gap.end)
    }

    @Test func aBreakWithinAPacketCutsThere() throws {
        let rows = record(lost: 0, inPacketAt: 30)
        #expect(rows.gaps.keys.sorted() == [7_329])
        #expect(rows.segments.keys.sorted() == [0, 7_330])
    }

    @Test func silenceOfAStampedStreamIsAGapByItsTolerance() throws {
        for (tolerance, isGap) in [(5_000_000_000, false), (500_000_000, true)] as [(Int64, Bool)] {
            // 4 Hz, each sample with a time of its own.
            var clock = SampleClock(
                ClockModel(kind: .stamped, period: 2.5e8, gapTolerance: tolerance))
            var rows = Rows()
            for position in 0..<40 as Range<Int64> where !(20..<32).contains(position) {
                clock.observe(count: 1, arrival: Instant(nanoseconds: position * 250_000_000))
            }
            rows.take(clock.close())
            #expect(rows.gaps.count == (isGap ? 1 : 0))
            guard isGap else { continue }
            let gap = try #require(rows.gaps[19])
            #expect(gap.cause == .inferred && gap.lost == 12 && gap.lostBound >= 1)
            #expect(gap.end - gap.start == 13 * 250_000_000)
        }
    }
}
