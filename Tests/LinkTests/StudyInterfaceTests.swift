import Testing

@testable import Link

/// The types of `io.attune.Study` fit its text, and its errors travel.
@Suite struct StudyInterfaceTests {
    private let visit = VisitInfo(
        visit: 1, condition: ["suggestions": "on", "eyeColour": "a b"], plannedUtcNs: 5,
        state: .done, sessions: ["s"])
    private var participant: ParticipantInfo {
        ParticipantInfo(
            participant: "P01", status: "dropped-out", reason: "moved", slot: 3, replaces: "P00",
            condition: ["x": "y"], visits: [visit], sessions: 1, consent: ["key-timing": false],
            addedUtcNs: 7)
    }
    private let study = StudyInfo(
        study: "s", planned: true, protocol: "p", protocolVersion: "1", title: "T", visits: 2,
        participants: 24, left: 1, sessions: 3, createdUtcNs: 9)
    private let consent = ConsentInfo(
        study: "s", participant: "P01", protocol: "p",
        tiers: [
            TierInfo(
                tier: "sensors", title: "T", required: true, covers: ["signals"], answer: true,
                answeredUtcNs: 1, actor: "client page", session: "x", recorded: true),
            TierInfo(tier: "audio", title: "", required: false, covers: [], recorded: false),
        ])

    private func check<Value: Codable & Equatable>(
        _ value: Value, _ type: InterfaceType?, _ interface: InterfaceDescription
    ) throws {
        let encoded = try JSONValue(encoding: value)
        let type = try #require(type, "the interface lacks \(Value.self)")
        #expect(interface.mismatch(of: encoded, with: type) == nil)
        #expect(try JSONValue(parsing: encoded.text).decode(Value.self) == value)
    }

    @Test func typesFitTheInterface() throws {
        let text = try InterfaceDescription(StudyInterface.text)
        func parameters(_ name: String) -> InterfaceType? { text.methods[name]?.parameters }
        func reply(_ name: String) -> InterfaceType? { text.methods[name]?.reply }
        try check(StudyInterface.ListStudies.Reply(studies: [study]), reply("ListStudies"), text)
        try check(
            StudyInterface.CreateStudy.Parameters(
                study: "s", protocol: "p", participants: 24, prefix: "Q", visits: 2,
                schedule: [PlannedVisit(number: 1, visit: 2, plannedUtcNs: 3)]),
            parameters("CreateStudy"), text)
        try check(
            StudyInterface.CreateStudy.Parameters(study: "s", protocol: "p", participants: 0),
            parameters("CreateStudy"), text)
        try check(
            StudyInterface.CreateStudy.Reply(study: study, participants: [participant]),
            reply("CreateStudy"), text)
        try check(
            StudyInterface.ListParticipants.Reply(
                study: StudyInfo(study: "s", planned: false), participants: [participant]),
            reply("ListParticipants"), text)
        try check(
            StudyInterface.AddParticipant.Parameters(study: "s"), parameters("AddParticipant"),
            text)
        try check(
            StudyInterface.AddParticipant.Reply(
                participant: "P02", condition: ["a": "b"], visits: [visit, VisitInfo(visit: 2)]),
            reply("AddParticipant"), text)
        try check(
            StudyInterface.SetStatus.Parameters(
                study: "s", participant: "P", status: "enrolled", reason: ""),
            parameters("SetStatus"), text)
        try check(
            StudyInterface.PlanVisit.Parameters(study: "s", participant: "P", visit: 1),
            parameters("PlanVisit"), text)
        try check(
            StudyInterface.PlanVisit.Reply(participant: participant), reply("PlanVisit"), text)
        try check(
            StudyInterface.RecordConsent.Parameters(
                session: "", answers: ["draft-text": true], actor: "the participant"),
            parameters("RecordConsent"), text)
        try check(
            StudyInterface.RecordConsent.Reply(consent: consent), reply("RecordConsent"), text)
        try check(
            StudyInterface.GetConsent.Parameters(study: nil, participant: "P"),
            parameters("GetConsent"), text)
        for state in VisitState.allCases {
            try check(VisitInfo(visit: 1, state: state), .named("VisitInfo"), text)
        }
    }

    @Test func errorsTravel() throws {
        let text = try InterfaceDescription(StudyInterface.text)
        let refusals: [StudyRefusal] = [
            .noSuchStudy("a"), .studyExists("a"), .noSuchParticipant(study: "a", participant: "b"),
            .noSuchVisit(participant: "a", visit: 3), .noSuchSession("a"),
            .noSuchTier("a", known: ["b"]), .invalidName("a", reason: "b"),
            .storageFailed(reason: "a"), .notPermitted(needed: "control", has: "watch"),
        ]
        #expect(refusals.count == text.errors.count)
        for error in refusals {
            #expect(StudyRefusal(error.varlink) == error)
            #expect(StudyRefusal(error.varlink)?.description.isEmpty == false)
            let type = try #require(text.errors[error.varlink.shortName])
            #expect(text.mismatch(of: error.varlink.parameters, with: type) == nil)
        }
        // Errors of other interfaces are none of this one.
        #expect(StudyRefusal(ControlError.noSuchSession("a").varlink) == nil)
    }
}
