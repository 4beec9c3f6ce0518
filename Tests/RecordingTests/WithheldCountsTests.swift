import Testing
import Timebase

@testable import Recording

/// How much was not kept is told now and then, once, and survives.
@Suite struct WithheldCountsTests {
    private func triple(_ seconds: Int64) -> TimeTriple {
        TimeTriple(
            monotonic: Instant(nanoseconds: seconds * 1_000_000_000), boottime: 0,
            realtime: seconds, uncertainty: 0)
    }

    @Test func nothingIsNothing() {
        var counts = WithheldCounts()
        #expect(counts.entry(at: triple(1), isLast: true) == nil)
        #expect(!counts.isDirty)
    }

    @Test func itIsToldOnceAMinuteAndAtTheEnd() {
        var counts = WithheldCounts()
        counts.add("turn", 1)
        #expect(counts.entry(at: triple(100), isLast: false) == nil)
        counts.add("turn", 2)
        counts.add("samples of \"a\"", 30)
        #expect(counts.entry(at: triple(159), isLast: false) == nil)
        let entry = counts.entry(at: triple(160), isLast: false)
        #expect(entry?.detail == #"{"samples of \"a\"":30,"turn":3}"#)
        #expect(entry?.action == "withheld")
        #expect(counts.entry(at: triple(300), isLast: false) == nil)
        counts.add("turn", 4)
        #expect(counts.entry(at: triple(301), isLast: true)?.detail == #"{"turn":4}"#)
    }

    @Test func itSurvives() throws {
        var counts = WithheldCounts()
        counts.add("turn", 3)
        counts.add("draft_text", .max)
        counts.add("draft_text", 5)
        counts.add("turn", -7)
        #expect(counts.isDirty)
        let saved = counts.save()
        #expect(!counts.isDirty)
        var restored = WithheldCounts()
        try restored.restore(saved)
        #expect(
            restored.entry(at: triple(1), isLast: true)?.detail
                == #"{"draft_text":9223372036854775807,"turn":3}"#)
        // What is no state is refused and does no harm.
        for broken in [[], [7], Array(saved.dropLast(3))] {
            var other = WithheldCounts()
            #expect(throws: (any Error).self) { try other.restore(broken) }
        }
    }
}
