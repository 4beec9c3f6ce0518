import Testing

@testable import Console

@Suite struct ConsoleErrorTests {
    @Test func errorsSayWhatToDo() {
        #expect("\(ConsoleError(.invalid, "Give more."))" == "Give more.")
    }

    /// What fails inside may name files and participants: that is for who runs the station.
    @Test func whatFailsInsideIsToldToStaffAlone() {
        struct Failure: Error, CustomStringConvertible {
            let description = "/var/lib/attune/P07/session.db: disk I/O error"
        }
        let told = ConsoleDoor.explained(Failure(), toStaff: true)
        #expect(told.status == .internalServerError && told.message.contains("disk I/O error"))
        let other = ConsoleDoor.explained(Failure(), toStaff: false)
        #expect(other.status == .internalServerError)
        #expect(!other.message.contains("P07") && !other.message.contains("disk"))
        #expect(other.message.contains("log"))
        // What is said of a request itself is for everybody.
        let refusal = ConsoleRefusal(.badRequest, "'n' is too large.")
        #expect(ConsoleDoor.explained(refusal, toStaff: false) == refusal)
    }
}
