import Testing

@testable import Link

/// The types of `io.attune.Review` fit its text, and its errors travel.
@Suite struct ReviewInterfaceTests {
    private let row = ReviewRowInfo(change: "c", id: 1, madeUtcNs: 2, repeated: true)
    private let put = AnnotationPut(
        change: "c", annotation: "a", action: "add", basedOn: 3, layer: "l", scheme: "s",
        schemeVersion: "1", schemeSha256: "h", kind: "span", code: "x",
        modifiers: ["how_much": 2, "inner_part": ["a_b": true]], startNs: 1, endNs: 2, stream: 3,
        channel: "c", turn: 4, spanStart: 5, spanEnd: 6, stage: "t", note: "n",
        detail: ["reaction_ms": 250], removed: true)

    private func check<Value: Codable & Equatable>(
        _ value: Value, _ type: InterfaceType?, _ interface: InterfaceDescription
    ) throws {
        let encoded = try JSONValue(encoding: value)
        let type = try #require(type, "the interface lacks \(Value.self)")
        #expect(interface.mismatch(of: encoded, with: type) == nil)
        #expect(try JSONValue(parsing: encoded.text).decode(Value.self) == value)
    }

    @Test func typesFitTheInterface() throws {
        let text = try InterfaceDescription(ReviewInterface.text)
        func parameters(_ name: String) -> InterfaceType? { text.methods[name]?.parameters }
        func reply(_ name: String) -> InterfaceType? { text.methods[name]?.reply }
        try check(
            ReviewInterface.AddScheme.Parameters(
                session: "s", actor: "a", name: "n", version: "1", text: "t"),
            parameters("AddScheme"), text)
        try check(
            ReviewInterface.AddScheme.Reply(id: 1, sha256: "h"), reply("AddScheme"), text)
        try check(
            ReviewInterface.PutAnnotations.Parameters(session: "s", actor: "a", changes: [put]),
            parameters("PutAnnotations"), text)
        try check(
            ReviewInterface.PutAnnotations.Parameters(
                session: "s",
                changes: [
                    AnnotationPut(
                        change: "c", annotation: "a", action: "add", layer: "l", kind: "point",
                        code: "x", removed: false)
                ]), parameters("PutAnnotations"), text)
        try check(
            ReviewInterface.PutAnnotations.Reply(rows: [row], version: 3),
            reply("PutAnnotations"), text)
        try check(
            ReviewInterface.PutRatings.Parameters(
                session: "s",
                ratings: [
                    RatingPut(
                        change: "c", rater: "r", role: "expert", assignment: "a", stage: "t",
                        turn: 1, item: "i", value: "3", rationale: "w", draft: true)
                ]), parameters("PutRatings"), text)
        try check(ReviewInterface.PutRatings.Reply(rows: [row]), reply("PutRatings"), text)
        try check(
            ReviewInterface.SetStage.Parameters(
                session: "s", rater: "r", assignment: "a", stage: "t", action: "locked"),
            parameters("SetStage"), text)
        try check(ReviewInterface.SetStage.Reply(row: row), reply("SetStage"), text)
        try check(
            ReviewInterface.AddTranscript.Parameters(
                session: "s", actor: "a", change: "c", source: "srt", language: "en",
                detail: ["file_name": "x"],
                segments: [
                    TranscriptPiece(
                        startNs: 1, endNs: 2, speaker: "P", text: "t", words: [["w": "a"]])
                ]), parameters("AddTranscript"), text)
        try check(ReviewInterface.AddTranscript.Reply(row: row), reply("AddTranscript"), text)
        try check(
            ReviewInterface.MakePlan.Parameters(
                study: "s", actor: "a",
                plan: ReviewPlanInfo(
                    id: "p", name: "n", scheme: "s", schemeVersion: "1", schemeText: "t", seed: 1,
                    detail: ["staged_reveal": true]),
                assignments: [
                    AssignmentInfo(
                        id: "i", rater: "r", role: "expert", session: "s", position: 1,
                        purpose: "main", label: "l", detail: ["x_y": 1])
                ]), parameters("MakePlan"), text)
        try check(ReviewInterface.MakePlan.Reply(added: 1), reply("MakePlan"), text)
        try check(
            ReviewInterface.ChangeAssignment.Parameters(
                study: "s", actor: "a", assignment: "i", action: "withdrawn", reason: "r"),
            parameters("ChangeAssignment"), text)
    }

    @Test func errorsTravel() throws {
        let text = try InterfaceDescription(ReviewInterface.text)
        let refusals: [ReviewRefusal] = [
            .noSuchSession("a"), .noSuchStudy("a"), .invalidState("a", expected: ["b"]),
            .refused(change: "c", reason: "r"), .outdated(change: "c", newest: 3),
            .stageLocked(change: "c", stage: "s"), .storageFailed(reason: "a"),
            .notPermitted(needed: "control", has: "watch"),
        ]
        #expect(refusals.count == text.errors.count)
        for error in refusals {
            #expect(ReviewRefusal(error.varlink) == error)
            #expect(ReviewRefusal(error.varlink)?.description.isEmpty == false)
            let type = try #require(text.errors[error.varlink.shortName])
            #expect(text.mismatch(of: error.varlink.parameters, with: type) == nil)
        }
        #expect(ReviewRefusal(StudyRefusal.noSuchStudy("a").varlink) == nil)
    }
}
