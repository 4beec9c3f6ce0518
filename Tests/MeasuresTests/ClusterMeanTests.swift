import TestSupport
import Testing

@testable import Measures

@Suite struct ClusterMeanTests {
    @Test func eachSessionCountsAlike() throws {
        let mean = try #require(ClusterMean([[1, 1, 1, 1, 1, 1], [3]]))
        #expect(mean.mean == 2 && mean.values == 7 && mean.clusters == 2)
        #expect(mean.low >= 1 && mean.high <= 3 && mean.low < mean.high)
    }

    @Test func oddInputs() throws {
        #expect(ClusterMean([]) == nil)
        #expect(ClusterMean([[], [.nan]]) == nil)
        let one = try #require(ClusterMean([[], [5], [.nan]]))
        #expect(one.mean == 5 && one.low == 5 && one.high == 5 && one.clusters == 1)
        // One session alone: its values are resampled.
        let alone = try #require(ClusterMean([[1, 2, 3, 4, .nan]]))
        #expect(alone.low < 2.5 && alone.high > 2.5 && alone.values == 4)
    }

    @Test func theIntervalIsRepeatableAndHoldsTheTruthMostly() throws {
        var random = SeededGenerator(seed: 3)
        var held = 0
        for seed in 0..<200 {
            let sessions = (0..<20).map { _ in
                let own = Double.random(in: -1...1, using: &random)
                return (0..<5).map { _ in own + Double.random(in: -0.2...0.2, using: &random) }
            }
            let mean = try #require(ClusterMean(sessions, resamples: 300, seed: UInt64(seed)))
            #expect(mean == ClusterMean(sessions, resamples: 300, seed: UInt64(seed)))
            if mean.low <= 0, mean.high >= 0 { held += 1 }
        }
        // 95% intended; of so few sessions the percentile bootstrap holds somewhat less.
        #expect((175...199).contains(held))
    }

    @Test func quantilesAreThoseOfProportion() {
        #expect(ClusterMean.quantile([1, 2, 3, 4], 0.5) == 2.5)
        #expect(ClusterMean.quantile([1, 2, 3, 4], 0) == 1)
        #expect(ClusterMean.quantile([1, 2, 3, 4], 1) == 4)
        #expect(ClusterMean.quantile([7], 0.3) == 7)
        #expect(ClusterMean.quantile([], 0.3).isNaN)
    }
}
