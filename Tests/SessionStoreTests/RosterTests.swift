import TestSupport
import Testing

@testable import SessionStore

/// The roster in a study's database.
@Suite struct RosterTests {
    private let settings = StudySettings(prefix: "P", digits: 2, visits: 2, created: 5)
    private let used = StoredProtocol(
        name: "p", version: "1", text: "name: p\n", actor: "uid 0", realtime: 5)

    private func entry(_ number: Int, slot: Int) -> RosterEntry {
        RosterEntry(
            participant: Participant(code: settings.code(number), createdRealtime: 5),
            assignment: StudyAssignment(slot: slot, realtime: 5),
            visits: [
                StudyVisit(number: 1, condition: ["emotions": "on", "a\"b": "ü"], planned: 9),
                StudyVisit(number: 2, condition: ["emotions": "off"]),
            ])
    }

    @Test func aStudyIsFoundedOnce() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("study.db")
        let study = try StudyDatabase.open(at: path)
        let roster = [entry(1, slot: 0), entry(2, slot: 1)]
        try study.found(settings, protocol: used, roster: roster)
        let again = failure {
            try study.found(settings, protocol: used, roster: [entry(3, slot: 2)])
        }
        #expect(again?.code == .exists)
        let reader = try StudyDatabase.openForReading(at: path)
        #expect(try reader.settings() == settings)
        #expect(try reader.protocols() == [used])
        #expect(try reader.roster() == roster)
        #expect(try reader.rosterEntry("P02") == roster[1])
        #expect(try reader.rosterEntry("P03") == nil)
    }

    @Test func aRosterWithAnImpossibleCodeLeavesNothing() throws {
        let directory = try TemporaryDirectory()
        let study = try StudyDatabase.open(at: directory.file("study.db"))
        var wrong = entry(2, slot: 1)
        wrong.visits.append(StudyVisit(number: 0))
        let error = failure {
            try study.found(settings, protocol: used, roster: [entry(1, slot: 0), wrong])
        }
        #expect(error?.code == .invalidInput)
        #expect(try study.roster() == [])
        #expect(try study.settings() == nil)
        #expect(try study.protocols() == [])
    }

    @Test func whatIsFixedStays() throws {
        let directory = try TemporaryDirectory()
        let study = try StudyDatabase.open(at: directory.file("study.db"))
        try study.register(Participant(code: "P01", createdRealtime: 5))
        try study.enrol(entry(1, slot: 4))
        try study.enrol(entry(1, slot: 7))
        #expect(try study.roster() == [entry(1, slot: 4)])
        try study.plan(participant: "P01", visit: 2, at: 77)
        try study.plan(participant: "P01", visit: 1, at: nil)
        #expect(try study.roster()[0].visits.map(\.planned) == [nil, 77])
        let missing = failure { try study.plan(participant: "P01", visit: 3, at: 1) }
        #expect(missing?.code == .missing)
    }

    @Test func theLastStatusCounts() throws {
        let directory = try TemporaryDirectory()
        let study = try StudyDatabase.open(at: directory.file("study.db"))
        try study.register(Participant(code: "P01", createdRealtime: 5))
        #expect(try study.roster()[0].status == .enrolled)
        for (number, status) in ParticipantStatus.allCases.enumerated() {
            try study.add(
                StatusChange(
                    participant: "P01", status: status, reason: "\(number)", actor: "uid 1",
                    realtime: Int64(number)))
            #expect(try study.roster()[0].status == status)
            #expect(try study.roster()[0].reason == "\(number)")
        }
        let stranger = failure {
            try study.add(
                StatusChange(
                    participant: "P9", status: .withdrawn, reason: "", actor: "", realtime: 1))
        }
        #expect(stranger?.code == .invalidInput)
    }

    @Test func aProtocolIsNotedWhenItChanges() throws {
        let directory = try TemporaryDirectory()
        let study = try StudyDatabase.open(at: directory.file("study.db"))
        try study.add(used)
        var same = used
        same.realtime = 6
        try study.add(same)
        var changed = used
        changed.version = "2"
        changed.text = "name: p\nversion: 2\n"
        try study.add(changed)
        #expect(try study.protocols() == [used, changed])
    }

    @Test func anAnswerHasItsTeller() throws {
        let directory = try TemporaryDirectory()
        let study = try StudyDatabase.open(at: directory.file("study.db"))
        try study.register(Participant(code: "P01", createdRealtime: 5))
        let answers = [
            Consent(
                participant: "P01", tier: "sensors", isGranted: true, realtime: 1,
                actor: "client page", session: "s1"),
            Consent(participant: "P01", tier: "audio", isGranted: false, realtime: 1),
        ]
        try study.add(answers)
        #expect(try study.consent(of: "P01") == answers)
        // All or none.
        let error = failure {
            try study.add([
                answers[0],
                Consent(participant: "P9", tier: "x", isGranted: true, realtime: 2),
            ])
        }
        #expect(error?.code == .invalidInput)
        #expect(try study.consent(of: "P01") == answers)
    }

    @Test func codesHaveNumbers() {
        #expect(settings.code(3) == "P03")
        #expect(settings.code(123) == "P123")
        #expect(settings.number(of: "P03") == 3)
        for other in ["p03", "Q03", "P", "P-3", "P0", "P3x"] {
            #expect(settings.number(of: other) == nil, "\(other)")
        }
    }
}
