import Link
import SessionStore
import StudyProtocol
import Testing

@testable import Recording

/// Places, visits and codes of a roster.
@Suite struct StudyRosterTests {
    private func conditions(
        _ design: ConditionPlan.Design = .between, _ dropouts: ConditionPlan.Dropouts = .replace
    ) -> ConditionPlan {
        ConditionPlan(
            factors: [.init(name: "suggestions", levels: ["on", "off"])], design: design, seed: 3,
            dropouts: dropouts)
    }

    private func entry(
        _ code: String, slot: Int?, _ status: ParticipantStatus = .enrolled, at realtime: Int64 = 1
    ) -> RosterEntry {
        RosterEntry(
            participant: Participant(code: code, createdRealtime: realtime), status: status,
            assignment: slot.map { StudyAssignment(slot: $0, realtime: realtime) })
    }

    private func session(
        _ id: String, visit: Int?, outcome: String?, pilot: Bool? = false,
        kind: SessionKind = .chat, participant: String = "P01"
    ) -> IndexedSession {
        IndexedSession(
            identifier: id, participant: participant, kind: kind, file: id, state: .finished,
            startedRealtime: 1, isPilot: pilot, visit: visit, outcome: outcome)
    }

    private func roster(
        _ entries: [RosterEntry], _ sessions: [IndexedSession] = [], visits: Int? = 2
    ) -> StudyRoster {
        StudyRoster(
            settings: visits.map {
                StudySettings(prefix: "P", digits: 2, visits: $0, created: 1)
            }, entries: entries, sessions: sessions)
    }

    @Test func theNextPlaceIsTheLowestThatNobodyHas() {
        let entries = [
            entry("P01", slot: 0), entry("P02", slot: 1, .droppedOut),
            entry("P03", slot: 2, .withdrawn), entry("P04", slot: 3, .completed),
        ]
        let replace = roster(entries).nextPlace(conditions(), realtime: 9)
        #expect(replace == StudyAssignment(slot: 1, replaces: "P02", realtime: 9))
        let keep = roster(entries).nextPlace(conditions(.between, .keep), realtime: 9)
        #expect(keep == StudyAssignment(slot: 4, realtime: 9))
        // The one who replaced somebody left as well.
        let again = entries + [entry("P05", slot: 1, .droppedOut, at: 5)]
        #expect(roster(again).nextPlace(conditions(), realtime: 9).replaces == "P05")
        let taken = entries + [entry("P05", slot: 1, at: 5)]
        #expect(roster(taken).nextPlace(conditions(), realtime: 9).replaces == "P03")
        #expect(roster([]).nextPlace(conditions(), realtime: 9).slot == 0)
    }

    @Test func onlyAChatThatWasCompletedIsAVisitDone() {
        let before: [IndexedSession] = [
            session("a", visit: 1, outcome: "aborted"), session("b", visit: 1, outcome: nil),
            session("c", visit: 1, outcome: "completed", pilot: true),
            session("d", visit: 1, outcome: "completed", kind: .commentary),
            session("e", visit: 1, outcome: "completed", participant: "P02"),
            session("f", visit: nil, outcome: "completed"),
        ]
        #expect(roster([], before).nextVisit(of: "P01") == 1)
        let after = before + [session("g", visit: 1, outcome: "completed")]
        #expect(roster([], after).nextVisit(of: "P01") == 2)
        // One that was left out comes next.
        let later = before + [session("h", visit: 2, outcome: "completed")]
        #expect(roster([], later).nextVisit(of: "P01") == 1)
    }

    @Test func visitsHaveTheirConditions() throws {
        let plan = conditions(.within)
        let enrolled = roster([]).enrolment(of: "P01", plan, realtime: 4)
        #expect(enrolled.assignment?.slot == 0)
        #expect(enrolled.visits.map(\.number) == [1, 2])
        #expect(Set(enrolled.visits.map { $0.condition["suggestions"] }) == ["on", "off"])
        let done = [session("a", visit: 1, outcome: "completed")]
        let second = roster([enrolled], done).placement(of: enrolled, plan)
        #expect(
            second
                == SessionPlacement(visit: 2, condition: enrolled.visits[1].condition, slot: 0))
        // Beyond the plan the last condition stays; what the protocol does not have is not told.
        let all = done + [session("b", visit: 2, outcome: "completed")]
        let third = roster([enrolled], all).placement(of: enrolled, plan)
        #expect(third.visit == 3 && third.condition == enrolled.visits[1].condition)
        #expect(roster([enrolled], all).placement(of: enrolled, nil).condition == [:])
        // What is there stays as it is.
        let again = roster([enrolled]).enrolment(of: "P01", plan, realtime: 5)
        #expect(again == enrolled)
    }

    @Test func codesGoOnBehindTheHighest() {
        #expect(roster([]).nextCode() == "P01")
        let entries = [
            entry("P02", slot: nil), entry("P17", slot: nil), entry("x99", slot: nil),
            entry("P", slot: nil),
        ]
        #expect(roster(entries).nextCode() == "P18")
        #expect(roster([], visits: nil).nextCode() == "P01")
    }

    @Test func aParticipantIsToldWithItsVisits() {
        var person = entry("P01", slot: 2)
        person.visits = [
            StudyVisit(number: 1, condition: ["a": "x"], planned: 7),
            StudyVisit(number: 2, condition: ["a": "y"]),
        ]
        let sessions = [
            session("s1", visit: 1, outcome: "completed"), session("s2", visit: 2, outcome: nil),
            session("s3", visit: 3, outcome: nil),
        ]
        let told = roster([person], sessions).information(
            person, consent: ["sensors": true], active: ["s2"])
        #expect(told.visits.map(\.state) == [.done, .recording, .open])
        #expect(told.visits.map(\.sessions) == [["s1"], ["s2"], ["s3"]])
        #expect(told.condition == ["a": "y"])
        #expect(told.sessions == 3 && told.slot == 2)
    }
}
