import Testing
import Timebase

@Suite struct ClockSegmentTests {
    @Test func timesLieOnTheLine() {
        let segment = ClockSegment(
            firstIndex: 10, lastIndex: 20, origin: Instant(nanoseconds: 1_000), period: 2.5,
            bound: 3, method: "least-delay/1")
        #expect(segment.time(of: 10) == Instant(nanoseconds: 1_000))
        #expect(segment.time(of: 14) == Instant(nanoseconds: 1_010))
        #expect(segment.time(of: 8) == Instant(nanoseconds: 995))
    }

    @Test func instantsSaturate() {
        #expect(Instant(nanoseconds: .max) + 1 == Instant(nanoseconds: .max))
        #expect(Instant(nanoseconds: .min) - Instant(nanoseconds: .max) == .min)
        #expect(Int64(clamping: Double.infinity) == .max)
        #expect(Int64(clamping: Double.nan) == 0)
    }
}
