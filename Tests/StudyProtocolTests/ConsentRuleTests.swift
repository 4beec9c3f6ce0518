import StudyProtocol
import Testing

/// What may be recorded, by tiers, answers, and whether a protocol asks.
@Suite struct ConsentRuleTests {
    private func plan(_ consent: String, phase kind: String) throws -> StudyPlan {
        try StudyPlan.read(
            """
            name: s
            version: 1
            title: S
            phases:
              - {name: a, title: A, kind: \(kind)}
            consent:
            \(consent)
            """, file: "s.yaml")
    }

    private let tiers = """
          - {name: conversation, title: T, covers: [turns, draft-edits], required: true}
          - {name: sensors, title: Signals of the body, covers: [signals]}
          - {name: key-timing, title: T, covers: [keys, pointer]}
          - {name: key-content, title: T, covers: [key-content]}
          - {name: draft-text, title: T, covers: [draft-text]}
        """

    @Test func withoutAnAnswerNothingIsRecordedWhereTheProtocolAsks() throws {
        var rule = ConsentRule(try plan(tiers, phase: "consent"))
        #expect(
            rule.withheld == [
                .turns, .signals, .keys, .keyContent, .pointer, .draftEdits, .draftText,
            ])
        rule.answers = ["sensors": true, "conversation": false]
        #expect(rule.permits(.signals))
        #expect(!rule.permits(.turns) && !rule.permits(.draftEdits) && !rule.permits(.keys))
        #expect(rule.refusal(of: .signals) == nil)
        #expect(rule.refusal(of: .keys)?.contains("not yet been asked") == true)
        #expect(rule.refusal(of: .turns)?.contains("does not agree") == true)
        #expect(rule.refusedRequirements.map(\.name) == [.conversation])
    }

    @Test func withoutAPhaseThatAsksTheMissingAnswerIsAYesButForTexts() throws {
        var rule = ConsentRule(try plan(tiers, phase: "baseline"))
        #expect(rule.withheld == [.keyContent, .draftText])
        rule.answers = ["draft-text": true, "key-content": true, "sensors": false]
        #expect(rule.withheld == [.signals])
        #expect(
            rule.refusal(of: .signals)
                == "the participant does not agree to 'Signals of the body' (sensors)")
    }

    @Test func whatNoTierCoversIsWithheldOnlyByANo() throws {
        for kind in ["consent", "baseline"] {
            var rule = ConsentRule(
                try plan(
                    "  - {name: conversation, title: T, covers: [turns, draft-edits]}",
                    phase: kind), answers: ["conversation": true])
            #expect(rule.withheld == [.keyContent, .draftText], "\(kind)")
            rule.answers["sensors"] = false
            rule.answers["draft-text"] = true
            #expect(rule.withheld == [.signals, .keyContent, .draftText], "\(kind)")
        }
    }

    @Test func withoutAProtocolARecordedNoCounts() {
        #expect(ConsentRule(nil).withheld == [.keyContent, .draftText])
        let answers = ["conversation": false, "key-timing": false, "draft-text": true]
        #expect(
            ConsentRule(nil, answers: answers).withheld
                == [.turns, .keys, .keyContent, .pointer, .draftEdits])
        // Which keys were pressed needs a protocol that asks for it.
        #expect(!ConsentRule(nil, answers: ["key-content": true]).permits(.keyContent))
    }

    @Test func aProtocolThatCannotBeReadPermitsWhatWasAgreedTo() {
        #expect(ConsentRule.unreadable().withheld == ConsentTier.Data.allCases)
        let rule = ConsentRule.unreadable(answers: ["sensors": true])
        #expect(rule.permits(.signals) && !rule.permits(.turns))
    }

    @Test func ofTwoTiersOneNoIsEnough() throws {
        let both = """
              - {name: sensors, title: T, covers: [signals]}
              - {name: audio, title: T, covers: [audio, signals]}
            """
        var rule = ConsentRule(try plan(both, phase: "consent"), answers: ["sensors": true])
        #expect(rule.permits(.signals) && !rule.permits(.audio))
        rule.answers["audio"] = false
        #expect(!rule.permits(.signals))
    }

    @Test func answersAreKnownByName() throws {
        let rule = ConsentRule(try plan(tiers, phase: "consent"))
        #expect(Set(rule.knownTiers) == Set(ConsentTier.Name.allCases.map(\.rawValue)))
        #expect(rule.knownTiers.first == "conversation")
    }
}
