import Declarations
import StudyProtocol
import Testing

@Suite struct ProtocolKeysTests {
    @Test func everyKeyIsTakenOver() throws {
        let plan = try StudyPlan.read(everything, file: "all.yaml")
        #expect(plan.language == "de-AT" && plan.version == 3 && plan.text == everything)
        let fit = try #require(plan.phase(named: "fit"))
        #expect(
            fit.fitting
                == FittingPlan(
                    checks: FittingPlan.Check.allCases, settleSeconds: 120, asks: [.hand]))
        #expect(fit.advance == .operator)
        let typing = try #require(plan.phase(named: "typing"))
        #expect(typing.task == .typing && typing.text == "Copy this." && typing.permitsKeys)
        #expect(typing.advance == .duration && typing.fitting == nil)
        let intro = try #require(plan.phase(named: "intro"))
        #expect(intro.isOptional && intro.permitsKeys && intro.advance == .participant)
        #expect(plan.phase(named: "talk")?.advance == .operator)
        let rate = try #require(plan.phase(named: "rate"))
        #expect(plan.questionnaires(in: rate).map(\.name) == ["one", "two"])
        #expect(
            plan.conditions
                == ConditionPlan(
                    factors: [
                        .init(name: "suggestions", levels: ["on", "off"]),
                        .init(name: "emotions", levels: ["on", "off"]),
                        .init(name: "persona", levels: ["p1", "p2"]),
                        .init(name: "hour", levels: ["am", "pm"]),
                    ], design: .within, blocks: 2, seed: .max, dropouts: .keep))
        #expect(
            plan.consent.last
                == ConsentTier(
                    name: .modelEndpoint, title: "M", covers: [.modelRequests],
                    endpoint: .init(
                        url: "https://Models.example.org/v1/", operatorName: "O", country: "NL",
                        retention: "30 days")))
        #expect(
            plan.chat
                == ChatPlan(
                    persona: "p1", clientLabel: "Klientin",
                    reply: ReplyPlan(paint: .streamed, delay: .fixed, milliseconds: 2500),
                    model: ModelPlan(
                        url: "https://models.example.org/v1/chat", name: "m-2026",
                        temperature: 0.2, seed: 7, maximumTokens: 300, timeoutSeconds: 20,
                        retries: 1, onFailure: [.retry, .scripted, .pause], tokenLimit: 1000,
                        spendLimit: 1.5,
                        prices: .init(inputPerMillion: 2.5, outputPerMillion: 10),
                        credential: "key-1", proxy: "http://proxy.example.org:3128",
                        caFile: "/etc/ca.pem"),
                    suggestions: SuggestionPlan(
                        source: .model, each: 2, isShown: true, generatesUnshown: false),
                    emotions: EmotionPlan(
                        scorer: .model, display: .intended, when: .whenKnown, isShown: true),
                    adoption: AdoptionThresholds(direct: 0.9, slight: 0.6, overlap: 0.2),
                    safety: SafetyPlan(
                        rules: "de", cues: .alert,
                        resources: [
                            .init(title: "R", text: "T", phone: "142", url: "https://example.org")
                        ],
                        permits: ["self-harm-passive"], acknowledgeWithinSeconds: 30),
                    machineNotice: .briefing))
    }

    @Test func everyKeyOfAQuestionnaireIsTakenOver() throws {
        typealias Item = Questionnaire.Item
        let plan = try StudyPlan.read(everything, file: "all.yaml")
        let one = try #require(plan.questionnaire(named: "one"))
        #expect(one.title == "One" && one.instructions == "Please." && one.order == .random)
        #expect(
            one.items == [
                Item(
                    name: "lik", kind: .likert, text: "L?", isRequired: true, code: "L1",
                    label: "Lik", points: 5,
                    labels: [.init(value: 1, text: "low"), .init(value: 5, text: "high")]),
                Item(
                    name: "sli", kind: .slider, text: "S?",
                    labels: [.init(value: -1, text: "sad"), .init(value: 0.5, text: "well")],
                    minimum: -1, maximum: 1, step: 0.5),
                Item(
                    name: "cho", kind: .choice, text: "C?",
                    options: [
                        .init(value: 1, label: "A"), .init(value: 2, label: "B", hasText: true),
                    ]),
                Item(
                    name: "mul", kind: .choice, text: "M?",
                    options: [.init(value: 1, label: "A"), .init(value: 3, label: "B")],
                    isMultiple: true),
                Item(
                    name: "tex", kind: .text, text: "T?", isFixed: true, lines: 4,
                    maximumLength: 10),
                Item(name: "man", kind: .manikin, text: "Man", points: 5, dimension: .arousal),
            ])
        #expect(
            one.scales == [
                .init(
                    name: "sc", title: "Sc", items: ["lik", "man"], reversed: ["man"], score: .sum,
                    minimumAnswered: 1)
            ])
        let two = try #require(plan.questionnaire(named: "two"))
        #expect(two.title == "Two" && two.order == .fixed)
        #expect(two.items[1].when == .item("first", .anyOf([.number(1)])))
        #expect(
            two.items[2].when
                == .all([.item("second", .atLeast(50)), .factor("emotions", anyOf: ["on"])]))
        #expect(
            two.items[3].when
                == .any([
                    .item("first", .answered(false)), .item("second", .atMost(10)),
                    .item("third", .anyOf([.text("a"), .text("b")])),
                ]))
        #expect(two.items[1].minimum == 0 && two.items[1].maximum == 100 && two.items[1].step == 1)
        #expect(two.items[2].lines == 1 && two.items[2].maximumLength == 4000)
        #expect(two.scales[0].minimumAnswered == 1 && two.scales[0].score == .mean)
    }

    @Test func whatIsWrittenReadsTheSame() throws {
        let plan = try StudyPlan.read(everything, file: "all.yaml")
        let start = try #require(everything.range(of: "questionnaires:\n  - name: one"))
        let end = try #require(everything.range(of: "conditions:\n"))
        var again = everything
        again.replaceSubrange(
            start.lowerBound..<end.lowerBound, with: QuestionnaireText.yaml(plan.questionnaires))
        #expect(try StudyPlan.read(again, file: "b").questionnaires == plan.questionnaires)
    }

    @Test func defaultsAreTheDocumentedOnes() throws {
        let plan = try StudyPlan.read(
            """
            name: s
            version: 1
            title: S
            phases:
              - {name: c, title: C, kind: consent}
              - {name: f, title: F, kind: fitting}
              - {name: r, title: R, kind: baseline}
              - {name: d, title: D, kind: baseline, durationSeconds: 60}
              - {name: t, title: T, kind: baseline, task: typing, text: Abc}
              - {name: b, title: B, kind: briefing}
              - {name: h, title: H, kind: chat}
              - {name: g, title: G, kind: chat, durationSeconds: 60}
              - {name: q, title: Q, kind: ratings}
              - {name: a, title: A, kind: think-aloud, durationSeconds: 60}
              - {name: e, title: E, kind: debrief, durationSeconds: 60}
              - {name: o, title: O, kind: other}
            consent: []
            chat: {persona: x}
            """, file: "s")
        #expect(plan.language == "en" && plan.conditions == nil && plan.questionnaires.isEmpty)
        #expect(plan.chat == ChatPlan(persona: "x"))
        #expect(
            plan.phases.map(\.advance) == [
                .participant, .operator, .operator, .duration, .participant, .participant,
                .operator, .duration, .participant, .operator, .participant, .operator,
            ])
        #expect(plan.phases.filter(\.permitsKeys).map(\.name) == ["t", "h", "g"])
        // Neither a model nor a microphone is there to be checked.
        #expect(
            plan.phase(named: "f")?.fitting?.checks == [
                .contact, .leadsOff, .flatLine, .clipping, .edaResponse, .battery, .disk,
            ])
        #expect(plan.phase(named: "f")?.fitting?.settleSeconds == 300)
    }

    @Test func oldFilesLoad() throws {
        let old = """
            name: old
            version: 1
            title: Old
            phases:
              - {name: chat, title: Chat, kind: chat, durationSeconds: 600}
            consent:
              - {name: conversation, title: The conversation, covers: [turns, draft-edits], required: true}
            chat: {script: distressed-client, clientLabel: Client (scripted)}
            """
        let plan = try StudyPlan.read(old, file: "old.yaml")
        #expect(plan.chat?.persona == "distressed-client")
        #expect(plan.chat?.script == "distressed-client")
        #expect(plan.chat?.clientLabel == "Client (scripted)")
        #expect(plan.effectiveChat(condition: [:]) == plan.chat)
    }

    @Test func factorsActUponTheChat() throws {
        let plan = try StudyPlan.read(everything, file: "all")
        let off = try #require(
            plan.effectiveChat(
                condition: ["suggestions": "off", "emotions": "off", "persona": "p2", "hour": "am"])
        )
        #expect(!off.suggestions.isShown && !off.emotions.isShown && off.persona == "p2")
        #expect(!off.suggestions.isGenerated)
        let on = try #require(
            plan.effectiveChat(condition: ["suggestions": "on", "emotions": "on"]))
        #expect(on.suggestions.isShown && on.suggestions.isGenerated && on.persona == "p1")
        var without = plan
        without.chat = nil
        #expect(without.effectiveChat(condition: ["persona": "p2"]) == nil)
    }

    @Test func thePersonaFactorNamesThePersona() throws {
        let text = everything.replacing("  persona: p1\n", with: "")
        #expect(try StudyPlan.read(text, file: "all").chat?.persona == "p1")
        #expect(try StudyPlan.read(text, file: "all").personas.map(\.name) == ["p1", "p2"])
    }

    @Test func consentNamesWhereRequestsMayGo() throws {
        let plan = try StudyPlan.read(everything, file: "all")
        for (url, isNamed) in [
            ("https://models.example.org/v1", true), ("https://MODELS.example.org:443/v1/x", true),
            ("http://models.example.org/v1", false), ("https://models.example.org:444/v1", false),
            ("https://models.example.org/v12", false), ("https://models.example.org/", false),
            ("https://models.example.org.evil.net/v1", false),
            ("https://models.example.org/v1/../v2", false),
            ("https://models.example.org/v1/%2e%2e/v2", false),
            ("https://models.example.org@evil.net/v1", false), ("https://other.org/v1", false),
            ("http://127.0.0.1:8080/v1", false), ("", false),
        ] {
            #expect(plan.consentNames(endpoint: url) == isNamed, "\(url)")
        }
        // Where no endpoint is named, what stays on this computer needs none.
        var unnamed = plan
        unnamed.consent.removeAll { $0.name == .modelEndpoint }
        for (url, isNamed) in [
            ("http://127.0.0.1:8080/v1", true), ("http://[::1]/v1", true),
            ("http://localhost/v1", true), ("http://127.0.0.1.evil.net/v1", false),
            ("http://0.0.0.0/v1", false), ("ftp://127.0.0.1/v1", false), ("", false),
            ("https://models.example.org/v1", false),
        ] {
            #expect(unnamed.consentNames(endpoint: url) == isNamed, "\(url)")
        }
    }
}
