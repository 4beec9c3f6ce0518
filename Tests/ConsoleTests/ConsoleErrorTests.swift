import Testing

@testable import Console

@Suite struct ConsoleErrorTests {
    @Test func errorsSayWhatToDo() {
        #expect("\(ConsoleError(.invalid, "Give more."))" == "Give more.")
    }
}
