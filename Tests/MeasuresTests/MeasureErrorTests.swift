import Testing

@testable import Measures

@Suite struct MeasureErrorTests {
    @Test func errorsSayWhatToDo() {
        #expect("\(MeasureError(.invalid, "Give more."))" == "Give more.")
    }
}
