import Randomness
import StudyProtocol
import Testing

private func design(
    _ levels: [Int], design: ConditionPlan.Design = .between, blocks: Int = 1, seed: UInt64 = 1,
    dropouts: ConditionPlan.Dropouts = .replace
) -> ConditionPlan {
    ConditionPlan(
        factors: levels.enumerated().map { index, count in
            .init(name: "f\(index)", levels: (0..<count).map { "l\($0)" })
        }, design: design, blocks: blocks, seed: seed, dropouts: dropouts)
}

@Suite struct AssignmentTests {
    /// Values of the reference implementation (Vigna's splitmix64.c), as other languages' libraries
    /// test theirs with.
    @Test func theGeneratorIsSplitMix64() {
        var generator = SeededGenerator(seed: 1_234_567)
        #expect(
            (0..<5).map { _ in generator.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }

    /// A list that was once given out must come out in the same way for ever.
    @Test func theListIsTheSameForEver() {
        let plan = design([2, 2], seed: 42)
        #expect(SeededGenerator.seed(42, ["block", "0"]) == knownSeed)
        #expect(
            (0..<12).map { slot in
                let cell = plan.assignment(slot: slot).visits[0]
                return "\(cell["f0"] ?? "")\(cell["f1"] ?? "")".replacing("l", with: "")
            } == known)
    }

    // Computed from the description in Protocols/formats/study-protocol.md, in Python.
    private let knownSeed: UInt64 = 6_245_182_383_450_025_896
    private let known = [
        "00", "01", "10", "11", "10", "01", "00", "11", "11", "10", "00", "01",
    ]

    @Test func numbersBelowABoundAreAsLikely() {
        var generator = SeededGenerator(seed: 5)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[generator.next(below: 7)] += 1 }
        // 10000 ± 5 standard deviations of a binomial distribution.
        #expect(counts.allSatisfy { abs($0 - 10_000) < 470 }, "\(counts)")
        #expect(generator.next(below: 1) == 0 && generator.next(below: 0) == 0)
        #expect(generator.next(below: -3) == 0)
    }

    @Test func ordersAreAsLikely() {
        var generator = SeededGenerator(seed: 9)
        var counts: [[Int]: Int] = [:]
        for _ in 0..<24_000 { counts[generator.shuffled([0, 1, 2, 3]), default: 0] += 1 }
        #expect(counts.count == 24)
        #expect(counts.values.allSatisfy { abs($0 - 1000) < 160 }, "\(counts)")
    }

    @Test(arguments: [([2, 2], 1), ([2, 3], 2), ([5], 3), ([1], 1), ([2, 2, 2], 2)])
    func eachBlockIsBalanced(_ levels: [Int], _ blocks: Int) {
        for seed: UInt64 in [0, 1, 77, .max] {
            let plan = design(levels, blocks: blocks, seed: seed)
            let size = plan.cells.count * blocks
            #expect(plan.blockSize == size)
            for block in 0..<6 {
                let cells = (0..<size).map { plan.assignment(slot: block * size + $0) }
                #expect(cells.allSatisfy { $0.block == block && $0.visits.count == 1 })
                for cell in plan.cells {
                    #expect(cells.count { $0.visits == [cell] } == blocks)
                }
            }
        }
    }

    @Test func blocksDifferAndSeedsDo() {
        func order(_ seed: UInt64, _ block: Int) -> [[String: String]] {
            let plan = design([3, 2], seed: seed)
            return (0..<6).map { plan.assignment(slot: block * 6 + $0).visits[0] }
        }
        #expect(Set((0..<20).map { order(1, $0) }).count > 10)
        #expect(Set((0..<20).map { order(UInt64($0), 0) }).count > 10)
    }

    @Test func dropoutsAreReplacedInTheirBlock() {
        let plan = design([2, 2], seed: 3)
        var held: [HeldSlot] = []
        // A quarter drops out, some more than once at the same place.
        var generator = SeededGenerator(seed: 11)
        var given: [Int] = []
        for _ in 0..<60 {
            let assignment = plan.assign(held: held)
            given.append(assignment.slot)
            held.append(HeldSlot(slot: assignment.slot, isDropout: generator.next(below: 4) == 0))
        }
        #expect(held.contains { $0.isDropout })
        let stayed = held.filter { !$0.isDropout }.map(\.slot)
        #expect(Set(stayed).count == stayed.count, "nobody stays at another's place")
        let full = (stayed.max() ?? 0) / 4
        for block in 0..<full {
            #expect(stayed.count { $0 / 4 == block } == 4, "block \(block)")
        }
        // The replaced get the cell of whom they replace, and all earlier places are taken.
        let next = plan.nextSlot(held: held)
        #expect(Set(0..<next).isSubset(of: stayed))
    }

    @Test func dropoutsCanBeKept() {
        let plan = design([2], dropouts: .keep)
        var replacing = plan
        replacing.dropouts = .replace
        let held = (0..<4).map { HeldSlot(slot: $0, isDropout: $0 == 1) }
        #expect(plan.nextSlot(held: held) == 4)
        #expect(replacing.nextSlot(held: held) == 1)
        let again = held + [HeldSlot(slot: 1, isDropout: false)]
        #expect(replacing.nextSlot(held: again) == 4)
        #expect(plan.nextSlot(held: []) == 0)
    }

    @Test(arguments: 1...12) func williamsSquaresAreBalanced(_ count: Int) {
        let rows = WilliamsSquare.sequences(of: count)
        #expect(rows.count == WilliamsSquare.count(of: count))
        let repeats = rows.count / count
        for position in 0..<count {
            for treatment in 0..<count {
                #expect(rows.count { $0[position] == treatment } == repeats)
            }
        }
        var pairs: [[Int]: Int] = [:]
        for row in rows {
            #expect(row.sorted() == Array(0..<count))
            for (left, right) in zip(row, row.dropFirst()) {
                pairs[[left, right], default: 0] += 1
            }
        }
        #expect(pairs.count == count * (count - 1))
        #expect(pairs.values.allSatisfy { $0 == repeats })
        #expect(WilliamsSquare.sequences(of: 0).isEmpty && WilliamsSquare.count(of: 0) == 0)
    }

    @Test(arguments: [([2, 2], 1), ([3], 1), ([3], 2), ([2], 1), ([1], 1)])
    func withinEachBlockIsBalancedOverVisits(_ levels: [Int], _ blocks: Int) {
        let plan = design(levels, design: .within, blocks: blocks, seed: 8)
        let cells = plan.cells
        #expect(plan.visits == cells.count)
        for block in 0..<3 {
            let rows = (0..<plan.blockSize).map {
                plan.assignment(slot: block * plan.blockSize + $0).visits
            }
            for visit in 0..<plan.visits {
                for cell in cells {
                    let count = rows.count { row in row[visit] == cell }
                    #expect(count == plan.blockSize / cells.count)
                }
            }
        }
        let first = plan.assignment(slot: 0)
        #expect(first.condition(visit: 1) == first.visits[0])
        #expect(first.condition(visit: 99) == first.visits[plan.visits - 1])
        #expect(first.condition(visit: 0) == first.visits[0])
    }

    @Test func cellsAreAllCombinationsTheLastFactorFastest() {
        #expect(
            design([2, 2]).cells == [
                ["f0": "l0", "f1": "l0"], ["f0": "l0", "f1": "l1"], ["f0": "l1", "f1": "l0"],
                ["f0": "l1", "f1": "l1"],
            ])
    }
}
