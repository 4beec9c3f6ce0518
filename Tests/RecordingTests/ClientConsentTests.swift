import Link
import StudyProtocol
import Testing

@testable import Recording

/// What consent leaves of a client's events.
@Suite struct ClientConsentTests {
    private func rule(_ answers: [String: Bool]) -> ConsentRule { .unreadable(answers: answers) }

    private let edit: JSONValue = [
        "draft": 1, "position": 0, "deleted": 0, "inserted": 1, "text": "x",
    ]

    @Test(arguments: [
        ("turn", "conversation"), ("reply", "conversation"), ("suggestions", "conversation"),
        ("provenance", "conversation"), ("draft_edit", "conversation"),
        ("composition", "conversation"), ("key_lag", "key-timing"),
    ])
    func aKindNeedsItsTier(_ kind: String, _ tier: String) {
        for payload: JSONValue in [["text": "secret"], [:]] {
            #expect(
                ClientConsent.decide(kind: kind, payload: payload, rule([:])) == .withhold)
            #expect(
                ClientConsent.decide(kind: kind, payload: payload, rule([tier: false]))
                    == .withhold)
            let given = ClientConsent.decide(
                kind: kind, payload: payload, rule([tier: true, "draft-text": true]))
            #expect(given == .store(payload, removed: nil))
        }
    }

    /// What was said stands in a request to a model, so that it needs both.
    @Test func aModelsRequestNeedsBothTiers() {
        for answers in [
            ["conversation": true], ["model-endpoint": true],
            ["conversation": true, "model-endpoint": false],
        ] {
            #expect(
                ClientConsent.decide(kind: "model_call", payload: [:], rule(answers)) == .withhold)
        }
        let both = rule(["conversation": true, "model-endpoint": true])
        #expect(
            ClientConsent.decide(kind: "model_call", payload: [:], both)
                == .store([:], removed: nil))
    }

    @Test func aDraftsTextNeedsATierOfItsOwn() {
        let without = rule(["conversation": true])
        var rest = edit
        if case .object(var members) = rest {
            members["text"] = nil
            rest = .object(members)
        }
        #expect(
            ClientConsent.decide(kind: "draft_edit", payload: edit, without)
                == .store(rest, removed: "draft_text"))
        // Nothing was there to be taken out.
        #expect(
            ClientConsent.decide(kind: "draft_edit", payload: rest, without)
                == .store(rest, removed: nil))
        let with = rule(["conversation": true, "draft-text": true])
        #expect(
            ClientConsent.decide(kind: "draft_edit", payload: edit, with)
                == .store(edit, removed: nil))
    }

    @Test(arguments: ["focus", "alarm", "consent", "safety", "answers", "stimulus", ""])
    func otherKindsAreKept(_ kind: String) {
        let payload: JSONValue = ["text": "x"]
        #expect(
            ClientConsent.decide(kind: kind, payload: payload, rule([:]))
                == .store(payload, removed: nil))
    }

    @Test func answersAreReadStrictly() throws {
        let answer = try #require(
            ClientConsent.Answer(["tier": "sensors", "granted": false, "more": 1]))
        #expect(answer.tier == "sensors" && !answer.isGranted)
        let wrong: [JSONValue] = [
            [:], ["tier": "sensors"], ["granted": true], ["tier": "", "granted": true],
            ["tier": "sensors", "granted": "yes"], ["tier": "sensors", "granted": 1],
            ["tier": nil, "granted": true], "sensors", 1,
        ]
        for payload in wrong { #expect(ClientConsent.Answer(payload) == nil, "\(payload)") }
    }
}
