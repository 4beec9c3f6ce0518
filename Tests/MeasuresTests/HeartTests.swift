import TestSupport
import Testing
import Timebase

@testable import Measures

@Suite struct HeartTests {
    static func at(_ seconds: Double) -> Instant {
        Instant(nanoseconds: Int64((seconds * 1e9).rounded()))
    }

    /// A beat each `period` seconds.
    static func beats(_ count: Int, period: Double = 0.8, from: Double = 10) -> [Instant] {
        (0..<count).map { at(from + Double($0) * period) }
    }

    private static func gap(_ from: Double, _ to: Double) -> Gap {
        Gap(
            cause: .counter, afterIndex: 0, start: at(from), end: at(to), lost: 1, lostBound: 0)
    }

    @Test func aSteadyHeartHasOneRate() throws {
        let series = HeartRateSeries(peaks: Self.beats(50))
        #expect(series.intervals.count == 49)
        #expect(series.intervals.allSatisfy { abs($0.rate - 75) < 1e-6 })
        let mean = try #require(series.meanRate(from: Self.at(12.1), to: Self.at(17.3)))
        #expect(abs(mean - 75) < 1e-6)
        // Less than half of the stretch is known.
        #expect(series.meanRate(from: Self.at(0), to: Self.at(15)) == nil)
        #expect(series.meanRate(from: Self.at(15), to: Self.at(15)) == nil)
        #expect(series.meanRate(from: Self.at(90), to: Self.at(95)) == nil)
    }

    @Test func oddInputsGiveNothing() {
        #expect(HeartRateSeries(peaks: []).intervals.isEmpty)
        #expect(HeartRateSeries(peaks: [Self.at(1)]).intervals.isEmpty)
        #expect(HeartRateSeries(peaks: [Self.at(1), Self.at(1)]).intervals.isEmpty)
        #expect(HeartRateSeries(times: [], lengths: []).intervals.isEmpty)
        #expect(
            HeartRateSeries(times: [Self.at(5), Self.at(6)], lengths: [.nan, 0]).intervals.isEmpty)
        #expect(HeartRateRise.largest(in: HeartRateSeries(peaks: []), most: 5).isEmpty)
        // Times as far apart as there are.
        let far = [Instant(nanoseconds: .min), Instant(nanoseconds: .max)]
        #expect(HeartRateSeries(peaks: far).intervals.isEmpty)
    }

    @Test func noIntervalLiesInAGap() {
        let peaks = Self.beats(20)
        let gaps = [Self.gap(14, 14.1), Self.gap(11, 11.3), Self.gap(14.05, 17), Self.gap(40, 41)]
        let intervals = HeartRateSeries(peaks: peaks, gaps: gaps).intervals
        let all = HeartRateSeries(peaks: peaks).intervals
        let expected = all.filter { interval in
            !gaps.contains { $0.start < interval.end && interval.start < $0.end }
        }
        #expect(intervals == expected && intervals.count < all.count)
    }

    @Test func aMissedBeatIsNoLongInterval() {
        var peaks = Self.beats(20)
        peaks.remove(at: 10)
        let intervals = HeartRateSeries(peaks: peaks).intervals
        #expect(intervals.count == 17)
        #expect(!intervals.contains { $0.start < Self.at(18) && $0.end > Self.at(18) })
        // A person puts it back: everything is as if it had been found.
        let corrected = HeartRateSeries(
            peaks: peaks, corrections: HeartbeatCorrections(added: [Self.at(18)]))
        #expect(corrected.intervals == HeartRateSeries(peaks: Self.beats(20)).intervals)
    }

    @Test func correctionsTakeAwayTheNearestBeatAlone() {
        let peaks = Self.beats(20)
        let wrong = (peaks + [Self.at(18.3)]).sorted()
        let corrections = HeartbeatCorrections(removed: [Self.at(18.31)])
        #expect(corrections.apply(to: wrong) == peaks)
        // A removal of what is not there, and one of the same again, change nothing.
        let far = HeartbeatCorrections(removed: [Self.at(18.3), Self.at(0), Self.at(1e6)])
        #expect(far.apply(to: peaks) == peaks)
        // Moved: taken away and put elsewhere; put there twice is once.
        let moved = HeartbeatCorrections(
            added: [Self.at(18.05), Self.at(18.05)], removed: [Self.at(18)])
        #expect(moved.apply(to: peaks).count == peaks.count)
        #expect(moved.apply(to: []) == [Self.at(18.05)])
        let artefact = HeartbeatCorrections(artefacts: [Self.at(14)..<Self.at(16)])
        #expect(artefact.apply(to: peaks) == peaks)
        let intervals = HeartRateSeries(peaks: peaks, corrections: artefact).intervals
        #expect(!intervals.contains { $0.start < Self.at(16) && $0.end > Self.at(14) })
    }

    @Test func aDevicesIntervalsEndWhereItToldThem() {
        let series = HeartRateSeries(
            times: [Self.at(5), Self.at(6), Self.at(7), Self.at(8)],
            lengths: [0.8, 5, 0.75, 0.1], artefacts: [Self.at(6.5)..<Self.at(6.6)])
        #expect(series.intervals.map(\.end) == [Self.at(5)])
        #expect(abs(series.intervals[0].length - 0.8) < 1e-9)
    }

    @Test func aRiseIsFoundWhereItIs() throws {
        let calm = Self.beats(75, period: 0.8)
        let quick = Self.beats(90, period: 0.6, from: 70)
        let rises = HeartRateRise.largest(in: HeartRateSeries(peaks: calm + quick), most: 3)
        let first = try #require(rises.first)
        #expect(abs(Double(first.time - Self.at(70)) / 1e9) < 1.5)
        #expect(abs(first.rise - 25) < 2)
        #expect(HeartRateRise.largest(in: HeartRateSeries(peaks: calm), most: 3).isEmpty)
    }

    @Test func theLargestAreApart() {
        let items = [(0, 5.0), (10, 9), (12, 8), (40, 1), (41, 1)].map { (Self.at(Double($0)), $1) }
        let chosen = Separated.largest(items, most: 3, apart: 5_000_000_000, by: \.1, at: \.0)
        #expect(chosen.map(\.0) == [Self.at(10), Self.at(0), Self.at(40)])
        #expect(Separated.largest(items, most: 0, apart: 0, by: \.1, at: \.0).isEmpty)
    }
}
