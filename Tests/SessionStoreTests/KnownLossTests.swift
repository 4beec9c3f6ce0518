import Testing
import Timebase

@testable import SessionStore

/// What of a gap's row is a fact.
@Suite struct KnownLossTests {
    private func known(
        _ cause: Gap.Cause, _ lost: Int64, _ bound: Int64, modulus: Int64? = nil
    ) -> KnownLoss {
        let now = Instant(nanoseconds: 0)
        return KnownLoss(
            Gap(cause: cause, afterIndex: 3, start: now, end: now, lost: lost, lostBound: bound),
            modulus: modulus)
    }

    @Test func countsAreFactsAndGuessesAreNot() {
        #expect(known(.counter, 7, 0) == .exact(7))
        #expect(known(.corrupt, 1, 0) == .exact(1))
        #expect(known(.disconnect, 300, 0, modulus: 256) == .exact(44))
        #expect(known(.inferred, 7, 0) == .estimate)
        #expect(known(.inferred, 7, 2) == .estimate)
        #expect(known(.disconnect, 7, 1) == .uncounted)
        #expect(known(.restart, 0, .max) == .uncounted)
        #expect(known(.overflow, 12, 3) == .uncounted)
        #expect(known(.counter, .max, 0) == .uncounted)
    }

    /// A counter shows losses but for whole turns, which were added from arrival times.
    @Test func aCounterTellsTheRestOfATurn() {
        #expect(known(.counter, 5 + 512, 0, modulus: 256) == .exact(5))
        #expect(known(.counter, 5 + 256, 256, modulus: 256) == .exact(5))
        #expect(known(.overflow, 0, 512, modulus: 256) == .exact(0))
        #expect(known(.counter, 5, 3, modulus: 256) == .uncounted)
        // A count that the arrivals refuted.
        #expect(known(.counter, 0, 256, modulus: 256) == .uncounted)
        #expect(known(.counter, 5, .max, modulus: 127) == .uncounted)
    }

    /// Of what a full ring lost the bytes are counted, and a bound of nothing says that they were.
    @Test func aFullRingTellsWholeTurns() {
        #expect(known(.overflow, 5 + 512, 0, modulus: 256) == .exact(5 + 512))
        #expect(known(.overflow, 512, 0, modulus: 256) == .exact(512))
        #expect(known(.overflow, 5 + 512, 256, modulus: 256) == .exact(5))
        #expect(known(.overflow, 5, 0) == .exact(5))
    }

    /// An estimate of any size stays one, also where it is a multiple of the counter's turn by chance.
    @Test(arguments: [16, 127, 256, Int64?.none])
    func anEstimateIsNeverTakenForACount(modulus: Int64?) {
        for lost: Int64 in [0, 1, 15, 16, 17, 254, 256, 1_016, 1_168, 4_096, .max] {
            let bound = Gap.uncountedBound(lost, modulus: modulus)
            #expect(bound >= max(1, lost))
            for cause in [Gap.Cause.overflow, .corrupt, .counter] {
                #expect(known(cause, min(lost, 4_096), bound, modulus: modulus) == .uncounted)
            }
        }
    }
}
