import Testing

@testable import Agreement

@Suite struct RatingTableTests {
    @Test func whatIsMissingIsCounted() {
        let table = RatingTable([[1, 2, nil], [1]], clusters: [7, 7, 3])
        #expect(table.raters == 2 && table.units == 3)
        #expect(table.missing == 3 && table.given == 3 && table.pairableUnits == 1)
        #expect(table.clusters == [0, 0, 1] && table.clusterCount == 2)
        #expect(table.counts == [1: 2, 2: 1])
        #expect(table.mapped { $0 == 1 ? "one" : nil }.given == 2)
        #expect(RatingTable<Int>([]).clusterCount == 0)
    }

    @Test func matricesCountBothWays() {
        let table = RatingTable([["a", "a", "b"], ["a", "b", "b"], [nil, "b", nil]])
        let matrix = ConfusionMatrix(table, categories: ["a", "b"])
        #expect(matrix.counts == [[2, 2], [2, 4]])
        let pairs = ConfusionMatrix(
            [(first: "a", second: "b"), (first: "c", second: "a")], categories: ["a", "b"])
        #expect(pairs.counts == [[0, 1], [0, 0]])
    }
}
