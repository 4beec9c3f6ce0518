import Testing

@testable import Agreement

@Suite struct RatingTableTests {
    @Test func whatIsMissingIsCounted() {
        let table = RatingTable([[1, 2, nil], [1]])
        #expect(table.raters == 2)
        #expect(table.units == 3)
        #expect(table.missing == 3)
    }
}
