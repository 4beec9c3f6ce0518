import Testing

@testable import Review

@Suite struct ReviewErrorTests {
    @Test func errorsSayWhatToDo() {
        #expect("\(ReviewError(.invalid, "Give more."))" == "Give more.")
    }
}
