import Foundation
import Testing

@testable import Recording

/// Skin conductance after a deep breath.
@Suite struct BreathCheckTests {
    /// A window in which the breath was marked 12 s before one looks.
    private func finding(
        rate: Double = 100, resolution: Double? = nil, until end: Double = 0, noise: Double = 0.003,
        seed: UInt64 = 1, _ value: (Double) -> Double
    ) -> BreathCheck.Finding {
        var source = MadeUpNoise(seed)
        let window = MadeUpSignal(
            kind: .eda, rate: rate, seconds: 25 + end, end: end, resolution: resolution
        ).window { value($0 + 12) + noise * source.next() }
        return BreathCheck.finding(window, mark: -12)
    }

    @Test(arguments: [4.0, 10, 100, 1000], [1.2, 2, 3.5, 4.6])
    func aResponseIsFoundWithItsLatency(rate: Double, latency: Double) throws {
        let found = finding(rate: rate) { 5 + 0.4 * MadeUpSignal.response($0 - latency) }
        guard case .response(let rise, let told) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(rise > 0.3 && rise < 0.45)
        #expect(abs(told - latency) < 0.8)
    }

    @Test func aResponseOfACoarseConverterIsFound() {
        // 25 µS in 10 bits.
        let found = finding(rate: 1000, resolution: 0.0244, noise: 0.012) {
            5 + 0.15 * MadeUpSignal.response($0 - 2)
        }
        guard case .response = found else {
            Issue.record("\(found)")
            return
        }
    }

    @Test(arguments: 1...10) func restAndNoiseAreNone(seed: Int) {
        for (rate, noise) in [(4.0, 0.005), (10.0, 0.02), (100, 0.05), (1000, 0.1)] {
            let found = finding(rate: rate, noise: noise, seed: UInt64(seed)) { _ in 5 }
            guard case .none(let largest) = found else {
                Issue.record("\(rate): \(found)")
                return
            }
            #expect(largest < 0.05 || noise > 0.01)
        }
    }

    @Test func driftIsNoResponse() {
        for slope in [0.02, 0.05, -0.05] {
            guard case .none = finding({ 5 + slope * $0 }) else {
                Issue.record("a slope of \(slope)")
                return
            }
        }
        // On a falling line a response still shows.
        guard
            case .response = finding({ 5 - 0.01 * $0 + 0.3 * MadeUpSignal.response($0 - 2) })
        else {
            Issue.record("falling")
            return
        }
    }

    @Test func whatComesTooLateOrIsTooSmallIsNone() {
        guard case .none = finding({ 5 + 0.3 * MadeUpSignal.response($0 - 8) }) else {
            Issue.record("8 s")
            return
        }
        guard
            case .none(let largest) = finding(
                noise: 0.001, { 5 + 0.03 * MadeUpSignal.response($0 - 2) })
        else {
            Issue.record("0.03 µS")
            return
        }
        #expect(largest > 0.02 && largest < 0.05)
        // It was before the breath.
        guard case .none = finding({ 5 + 0.3 * MadeUpSignal.response($0 + 3) }) else {
            Issue.record("before")
            return
        }
    }

    @Test func oneWaitsForTheEndOfTheTime() {
        // Looked at 3 s after the mark.
        let window = MadeUpSignal(kind: .eda, rate: 100, seconds: 10).window { _ in 5 }
        #expect(BreathCheck.finding(window, mark: -3) == .waiting(7))
        let verdict = BreathCheck.verdict([(window, -3)])
        #expect(verdict.state == .amber && verdict.text.contains("7 s"))
    }

    @Test func samplesThatAreMissingAreTold() {
        let window = MadeUpSignal(kind: .eda, rate: 100, seconds: 25).window { time in
            time > -9 && time < -4 ? .nan : 5
        }
        #expect(BreathCheck.finding(window, mark: -12) == .unreadable)
        let none = SignalWindow(kind: .eda, source: "", times: [], values: [], rate: 100)
        #expect(BreathCheck.finding(none, mark: -12) == .unreadable)
        #expect(BreathCheck.verdict([(none, -12)]).state == .red)
    }

    @Test func anyOfTheBreathsIsEnough() {
        let quiet = MadeUpSignal(kind: .eda, rate: 50, seconds: 40).window { _ in 5 }
        let answered = MadeUpSignal(kind: .eda, rate: 50, seconds: 40).window {
            5 + 0.3 * MadeUpSignal.response($0 + 28)
        }
        #expect(BreathCheck.verdict([]).state == .amber)
        #expect(BreathCheck.verdict([(quiet, -12)]).state == .red)
        #expect(BreathCheck.verdict([(answered, -30), (quiet, -12)]).state == .green)
    }
}
