import Testing

@testable import Agreement

/// Intervals over clusters, Cohen's κ by hand, and bias.
@Suite struct BootstrapTests {
    /// So many pairs of each cell.
    private func pairs(_ cells: [(Int, Int, Int)]) -> [(first: Int, second: Int)] {
        cells.flatMap { cell in (0..<cell.2).map { _ in (first: cell.0, second: cell.1) } }
    }

    private func cohen(_ cells: [(Int, Int, Int)]) -> CohenKappa<Int>? {
        CohenKappa(pairs(cells), categories: [0, 1, 2, 3])
    }

    /// 20 and 15 alike of 50: pₒ = 0.7, pₑ = 0.5 · 0.6 + 0.5 · 0.4 = 0.5.
    @Test func kappaByHand() throws {
        let kappa = try #require(cohen([(0, 0, 20), (0, 3, 5), (3, 0, 10), (3, 3, 15)]))
        #expect(kappa.items == 50 && kappa.observed == 0.7 && kappa.expected == 0.5)
        #expect(abs((kappa.kappa ?? 0) - 0.4) < 1e-12)
        #expect(kappa.counts[3]?[0] == 10)
        // By the formula of the large sample the interval is 0.15 to 0.65.
        let interval = try #require(kappa.interval())
        #expect((0.05...0.25).contains(interval.low) && (0.55...0.75).contains(interval.high))
        // Four classes: pₒ = 10/14, sums 6 5 3 0 and 5 6 2 1, pₑ = (30 + 30 + 6)/196.
        let three = try #require(
            cohen([(0, 0, 4), (0, 1, 2), (1, 1, 4), (1, 0, 1), (3, 3, 2), (3, 2, 1)]))
        let expected: Double = 66.0 / 196
        #expect(abs(three.expected - expected) < 1e-12)
        #expect(abs((three.kappa ?? 9) - (10.0 / 14 - expected) / (1 - expected)) < 1e-12)
    }

    @Test func kappaAtItsEnds() throws {
        let same = try #require(cohen([(0, 0, 5), (3, 3, 5)]))
        #expect(same.kappa == 1 && same.interval() == Interval(low: 1, high: 1))
        #expect(cohen([(0, 3, 5), (3, 0, 5)])?.kappa == -1)
        let one = try #require(cohen([(0, 0, 9)]))
        #expect(one.kappa == nil && one.interval() == nil && one.observed == 1)
        #expect(cohen([(0, 0, 4), (0, 3, 4), (3, 0, 4), (3, 3, 4)])?.kappa == 0)
        #expect(cohen([]) == nil)
        #expect(cohen([(0, 3, 1)])?.kappa == 0)
        let uneven: [(Int, Int, Int)] = [(0, 0, 9), (3, 0, 7), (3, 3, 4)]
        #expect(cohen(uneven)?.interval(seed: 4) == cohen(uneven)?.interval(seed: 4))
        #expect(
            cohen(uneven)?.interval(resamples: 200, seed: 4)
                != cohen(uneven)?.interval(resamples: 200, seed: 6))
    }

    /// Forty turns of four sessions, alike within a session: the interval over sessions is the wider one.
    @Test func sessionsAndNotTurnsAreDrawn() throws {
        var first: [Double] = []
        var second: [Double] = []
        var sessions: [Int] = []
        for session in 0..<4 {
            for turn in 0..<10 {
                first.append(Double(turn % 2))
                second.append(session < 2 ? Double(turn % 2) : 1)
                sessions.append(session)
            }
        }
        let alone = KrippendorffAlpha(RatingTable([first, second]), level: .nominal)
        let within = KrippendorffAlpha(
            RatingTable([first, second], clusters: sessions), level: .nominal)
        #expect(alone.value == within.value)
        let (narrow, wide) = (try #require(alone.interval()), try #require(within.interval()))
        #expect(wide.high - wide.low > 1.4 * (narrow.high - narrow.low), "\(wide) \(narrow)")
        let single = KrippendorffAlpha(
            RatingTable([first, second], clusters: first.map { _ in 1 }), level: .nominal)
        #expect(single.value == alone.value && single.interval() == nil)
    }

    /// Bland and Altman, 1986: peak flow of 17 people by two meters; mean −2.1, deviation 38.8 l/min.
    @Test func biasAndItsLimits() throws {
        let wright: [Double] = [
            494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427,
        ]
        let mini: [Double] = [
            512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451,
        ]
        let bias = SignedBias(zip(wright, mini).map { $0 - $1 })
        #expect(abs((bias.mean ?? 0) + 2.1) < 0.05 && abs((bias.deviation ?? 0) - 38.8) < 0.05)
        let limits = try #require(bias.limits)
        #expect(abs(limits.low + 78.1) < 0.1 && abs(limits.high - 73.9) < 0.1)
        // t with 16 degrees of freedom is 2.12, the standard error 9.4.
        let interval = try #require(bias.studentInterval)
        #expect(abs(interval.low + 22.0) < 0.1 && abs(interval.high - 17.8) < 0.1)
        #expect(try #require(bias.interval()).low < 0)
    }

    @Test func quantilesOfTables() {
        #expect(abs(Distributions.t(0.975, 16) - 2.119905) < 1e-5)
        #expect(abs(Distributions.f(0.975, 5, 15) - 3.576415) < 1e-5)
        #expect(abs(Distributions.f(0.95, 1, 1) - 161.4476) < 1e-3)
        #expect(abs(Distributions.f(0.975, 200.5, 3.2) - 12.2368) < 1e-4)
        #expect(abs(Distributions.beta(0.5, 2, 3) - 0.6875) < 1e-12)
    }
}
