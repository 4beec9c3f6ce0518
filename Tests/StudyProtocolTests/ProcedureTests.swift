import StudyProtocol
import Testing

private func plan(_ fitting: String = "kind: fitting") throws -> StudyPlan {
    try StudyPlan.read(
        """
        name: s
        version: 1
        title: S
        phases:
          - {name: consent, title: A, kind: consent}
          - {name: fit, title: F, \(fitting)}
          - {name: rest, title: B, kind: baseline, durationSeconds: 60}
          - {name: extra, title: E, kind: other, optional: true}
          - {name: chat, title: C, kind: chat}
          - {name: rate, title: D, kind: ratings}
        consent: []
        chat: {persona: x}
        """, file: "s")
}

@Suite struct ProcedureTests {
    @Test func deviationsAreTold() throws {
        let plan = try plan()
        var procedure = Procedure(plan)
        #expect(procedure.allowedNext.map(\.name) == ["consent"])
        for name in ["consent", "fit", "rest"] { #expect(try procedure.enter(name) == nil) }
        #expect(procedure.allowedNext.map(\.name) == ["extra", "chat"])
        #expect(try procedure.enter("chat") == nil)
        #expect(try procedure.enter("rest") == .repeated("rest"))
        #expect(procedure.current == "rest")
        #expect(procedure.allowedNext.map(\.name) == ["rate"])
        let known = plan.phases.map(\.name)
        #expect(throws: ProcedureError.unknownPhase("x", known: known)) {
            try procedure.enter("x")
        }
        #expect(procedure.end() == .endedEarly(remaining: ["rate"]))
        #expect(throws: ProcedureError.ended) { try procedure.enter("rate") }
        #expect(procedure.allowedNext.isEmpty && procedure.current == nil)

        var other = Procedure(plan)
        let skipped = try other.enter("rate")
        #expect(skipped == .skipped(["consent", "fit", "rest", "chat"]))
        #expect(skipped?.name == "skipped" && skipped?.phases.count == 4)
        #expect(other.end() == nil)
        #expect(Procedure(plan, entered: ["rest", "gone", "chat"]).current == "chat")
    }

    /// The phases entered so far, the one that is to come, and whether the fitting stands before it.
    @Test(
        arguments: [
            ([], "consent", false), ([], "fit", false), ([], "rest", true), ([], "chat", true),
            (["consent", "fit"], "rest", true), (["consent", "fit"], "consent", false),
            (["consent", "fit"], "fit", false),
            // Going back and round it does not avoid it.
            (["consent", "fit", "consent"], "chat", true),
            (["consent", "fit", "rest"], "chat", false),
            (["consent", "fit", "rest", "fit"], "rest", true),
            (["consent", "fit", "rest", "fit", "consent"], "chat", true),
            (["consent", "fit", "rest", "consent"], "rest", false),
            // It was passed over with a reason.
            (["consent", "rest"], "chat", false),
            (["consent"], "nowhere", false),
        ] as [([String], String, Bool)])
    func aFittingStandsBeforeWhatFollows(
        _ entered: [String], _ next: String, _ isGated: Bool
    ) throws {
        let procedure = Procedure(try plan(), entered: entered)
        #expect((procedure.fitting(before: next)?.name == "fit") == isGated)
        // One that is optional asks for something once it was entered.
        let optional = Procedure(try plan("kind: fitting, optional: true"), entered: entered)
        #expect(
            (optional.fitting(before: next) != nil) == (isGated && entered.contains("fit")))
        let other = Procedure(try plan("kind: other"), entered: entered)
        #expect(other.fitting(before: next) == nil)
    }
}
