import Testing
import Timebase

@testable import Console

@Suite struct SignInLimitsTests {
    private func at(_ seconds: Double) -> Instant {
        Instant(nanoseconds: 1_000_000_000_000 + Int64(seconds * 1e9))
    }

    @Test func anAccountIsTriedSomeTimesAndThenSlowly() {
        var limits = SignInLimits()
        var tried = 0
        // From addresses without end.
        for number in 0..<100 where limits.take(account: "a", address: "\(number)", at: at(0)) {
            tried += 1
        }
        #expect(tried == 10)
        let other = limits.take(account: "b", address: "x", at: at(0))
        #expect(other)
        let later = (1...60).count {
            limits.take(account: "a", address: "y\($0)", at: at(Double($0)))
        }
        #expect(later == 3)
    }

    @Test func anAddressIsTriedSomeTimesAndUsesUpNobodyElses() {
        var limits = SignInLimits()
        let tried = (0..<100).count {
            limits.take(account: "a\($0)", address: "x", at: at(0))
        }
        #expect(tried == 20)
        // What the address was refused did not count for the account.
        let refused = limits.take(account: "b", address: "x", at: at(0))
        #expect(!refused)
        let ofAccount = (0..<20).count {
            limits.take(account: "b", address: "y\($0)", at: at(0))
        }
        #expect(ofAccount == 10)
    }

    @Test func whoGetsInBeginsAnew() {
        var limits = SignInLimits()
        for _ in 0..<9 { _ = limits.take(account: "a", address: "x", at: at(0)) }
        limits.forget(account: "a")
        let tried = (0..<20).count {
            limits.take(account: "a", address: "y\($0)", at: at(0))
        }
        #expect(tried == 10)
    }

    @Test func whatIsKeptIsBounded() {
        var limits = SignInLimits()
        for number in 0..<6000 {
            _ = limits.take(
                account: "a\(number)", address: "\(number)", at: at(Double(number) / 100))
        }
        #expect(limits.count <= 2 * 4096)
    }
}
