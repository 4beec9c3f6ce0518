import HTTPTypes
import Link
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

    /// A refusal of the daemon comes as the command line says it, not as it travels.
    @Test(arguments: [
        (ControlError.noSuchSession("ab12cd").varlink, 404, "There is no session 'ab12cd'"),
        (
            ControlError.invalidState("finished", expected: ["recording"]).varlink, 409,
            "The session is finished; this needs recording."
        ),
        (StudyRefusal.noSuchStudy("none").varlink, 404, "There is no study 'none'"),
        (
            VarlinkError.invalidParameter("reason", reason: "a pause needs one"), 409,
            "a pause needs one"
        ),
        (
            ReviewRefusal.notPermitted(needed: "control", has: "watch").varlink, 503,
            "attune-operators"
        ),
    ])
    func whatTheDaemonRefusesIsToldInWords(_ refusal: VarlinkError, status: Int, words: String) {
        let told = ConsoleDoor.explained(ClientError.refused(refusal), toStaff: true)
        #expect(told.status.code == status)
        #expect(told.message.contains(words), "\(told.message)")
        #expect(!told.message.contains("io.attune") && !told.message.contains("{"))
        // Others are not told what it is about.
        let other = ConsoleDoor.explained(ClientError.refused(refusal), toStaff: false)
        #expect(other.status == .conflict && !other.message.contains(words))
    }
}
