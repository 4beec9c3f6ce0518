import Foundation
import GRDB
import SystemCalls
import TestSupport
import Testing

@testable import SessionStore

/// Who rates what, in the study's database.
@Suite struct ReviewPlanTests {
    private let directory: TemporaryDirectory
    private let study: StudyDatabase

    init() throws {
        directory = try TemporaryDirectory()
        study = try StudyDatabase.open(at: directory.file("study.db"))
        try study.register(Participant(code: "P01", createdRealtime: 1))
        try study.store(
            IndexedSession(
                identifier: "s1", participant: "P01", kind: .chat, file: "P01/a-chat.attune",
                state: .finished, startedRealtime: 11))
    }

    private func uuid() -> String { UUID().uuidString.lowercased() }

    private func assignment(_ plan: ReviewPlan, session: String = "s1") -> ReviewAssignment {
        ReviewAssignment(
            id: uuid(), plan: plan.id, rater: "eva", role: .expert, session: session, position: 1,
            purpose: .repeat, label: "Session 1", detail: #"{"order":[2,1]}"#)
    }

    private func plan() -> ReviewPlan {
        ReviewPlan(
            id: uuid(), madeRealtime: 5, actor: "anna", name: "Main", scheme: "ratings",
            schemeVersion: "1", schemeText: "scheme: ratings", seed: 7)
    }

    @Test func aPlanIsMadeOnceAndGrows() throws {
        let plan = plan()
        let first = assignment(plan)
        #expect(try study.make(plan, [first]) == 1)
        #expect(try study.make(plan, [first]) == 0)
        var second = assignment(plan)
        second.position = 2
        #expect(try study.make(plan, [first, second]) == 1)
        #expect(try study.reviewPlans() == [plan])
        #expect(try study.reviewAssignments() == [first, second])
        // What stands is not changed by handing over something else under its id.
        var other = first
        other.rater = "ben"
        #expect(throws: SessionStoreError.self) { try study.make(plan, [other]) }
        var renamed = plan
        renamed.seed = 8
        #expect(throws: SessionStoreError.self) { try study.make(renamed, []) }
        let reader = try StudyDatabase.openForReading(at: study.path)
        #expect(try reader.reviewAssignments() == [first, second])
    }

    @Test func aSessionOfAnotherStudyIsRefusedWithAllElse() throws {
        let plan = plan()
        let error = #expect(throws: SessionStoreError.self) {
            try study.make(plan, [assignment(plan), assignment(plan, session: "s2")])
        }
        #expect(error?.code == .missing)
        #expect(try study.reviewPlans() == [] && study.reviewAssignments() == [])
    }

    @Test func whatBecomesOfAssignmentsIsAdded() throws {
        let plan = plan()
        let first = assignment(plan)
        try study.make(plan, [first])
        for (action, reason) in [("withdrawn", "ill"), ("withdrawn", "ill"), ("restored", "")] {
            try study.add(
                AssignmentChange(
                    assignment: first.id, actor: "anna", action: action, reason: reason))
        }
        #expect(try study.assignmentChanges().map(\.action) == ["withdrawn", "restored"])
        #expect(throws: SessionStoreError.self) {
            try study.add(AssignmentChange(assignment: uuid(), actor: "anna", action: "x"))
        }
        try study.close()
        let queue = try DatabaseQueue(path: study.path)
        for sql in [
            "UPDATE review_plans SET seed = 1", "DELETE FROM review_assignments",
            "DELETE FROM review_assignment_changes",
        ] {
            #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: sql) } }
        }
        try queue.close()
    }
}
