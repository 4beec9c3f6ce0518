import Declarations
import Randomness
import StudyProtocol
import Testing

/// A change of the text with all keys, which makes one mistake at the place of `¦`.
struct Mistake: CustomTestStringConvertible {
    var right: String
    var wrong: String
    var key: String
    var message: String

    init(_ right: String, _ wrong: String, _ key: String, _ message: String) {
        (self.right, self.wrong, self.key, self.message) = (right, wrong, key, message)
    }

    var testDescription: String { wrong }

    /// The text, and what is said about it.
    func made() throws -> (text: String, said: String) {
        #expect(everything.ranges(of: right).count == 1, "'\(right)' must be there once")
        let marked = everything.replacing(right, with: wrong)
        let place = try #require(marked.firstIndex(of: "¦"))
        let before = marked[..<place]
        let line = before.count { $0 == "\n" } + 1
        let column =
            before.split(separator: "\n", omittingEmptySubsequences: false).last?.count ?? 0
        return (
            marked.replacing("¦", with: ""), "f.yaml:\(line):\(column + 1): \(key): \(message)"
        )
    }
}

@Suite struct ProtocolMistakesTests {
    static let ofStudy = [
        Mistake(
            "language: de-AT", "language: ¦german!", "language",
            "expected a language such as en or de-AT, found 'german!'"),
        Mistake(
            "questionnaires: [one, two]}", "questionnaires: [one, ¦three]}",
            "phases[4].questionnaires[1]",
            "there is no questionnaire 'three'; there are one, two"),
        Mistake(
            "questionnaires: [one, two]}", "questionnaires: [one, ¦one]}",
            "phases[4].questionnaires[1]", "'one' is asked twice in this phase"),
        Mistake(
            "durationSeconds: 60\n    advance: duration", "advance: ¦duration",
            "phases[1].advance",
            "expected the key durationSeconds, since the time ends the phase"),
        Mistake(
            "asks: [hand]", "asks: [hand, ¦hand]", "phases[0].asks[1]", "'hand' stands twice"),
        Mistake(
            "battery, microphone", "battery, ¦mic", "phases[0].checks[6]",
            "expected one of contact, leads-off, flat-line, clipping, eda-response, battery, microphone, model, disk, found 'mic'"
        ),
        Mistake(
            "settleSeconds: 120", "settleSeconds: ¦-1", "phases[0].settleSeconds",
            "expected 0.0 to 3600.0, found -1.0"),
        Mistake(
            "kind: ratings,", "kind: ratings, settleSeconds: ¦5,", "phases[4].settleSeconds",
            "only a phase of kind fitting has settleSeconds"),
        Mistake(
            "instructions: Read.,", "text: ¦Read.,", "phases[2].text",
            "only a typing task has a text; what the participant is told is instructions"),
        Mistake(
            "kind: ratings,", "kind: ratings, task: ¦rest,", "phases[4].task",
            "only a phase of kind baseline has a task"),
        Mistake(
            "design: within", "design: ¦mixed", "conditions.design",
            "expected one of between, within, found 'mixed'"),
        Mistake(
            "blocks: 2", "blocks: ¦0", "conditions.blocks", "expected 1 to 100, found 0"),
        Mistake(
            "{name: hour, levels: [am, pm]}", "{name: ¦emotions, levels: [\"on\"]}",
            "conditions.factors[3].name", "'emotions' is the name of two factors"),
        Mistake(
            "levels: [am, pm]", "levels: [am, ¦am]", "conditions.factors[3].levels[1]",
            "'am' stands twice"),
        Mistake(
            "levels: [am, pm]", "levels: ¦[]", "conditions.factors[3].levels",
            "expected at least one level"),
        Mistake(
            "{name: suggestions, levels: [on, off]}", "{name: suggestions, levels: [on, ¦no]}",
            "conditions.factors[0].levels[1]", "expected on or off, found 'no'"),
        Mistake(
            "levels: [p1, p2]", "levels: [p1, ¦../p2]", "conditions.factors[2].levels[1]",
            "expected a name of letters, digits, '-', '_' and '.', found '../p2'"),
        Mistake(
            "url: \"https://Models.example.org/v1/\"", "url: ¦models", "consent[1].endpoint.url",
            "expected an http or https URL with a host, and without a user, query or fragment, found 'models'"
        ),
        Mistake(
            "retention: 30 days", "retention: ¦\" \"", "consent[1].endpoint.retention",
            "expected a text, since the participant agrees to it"),
        Mistake(
            "explanation: E, covers: [turns, draft-edits], required: true",
            "covers: [turns], endpoint: ¦{url: http://a.b, operator: O, country: C, retention: R}",
            "consent[0].endpoint", "only the tier model-endpoint has an endpoint"),
        Mistake(
            "covers: [model-requests]", "covers: ¦[turns]", "consent[1].covers",
            "expected model-requests, since the tier names an endpoint"),
    ]

    static let ofQuestionnaires = [
        Mistake(
            "    scales:\n      - {name: sc2",
            "  - {name: ¦two, items: [{name: x, kind: text}]}\n  - name: three\n    items: [{name: second, kind: slider, code: y}]\n    scales:\n      - {name: sc2",
            "questionnaires[2].name", "'two' is the name of two questionnaires"),
        Mistake(
            "{name: sli,", "{name: ¦lik,", "questionnaires[0].items[1].name",
            "'lik' is the name of two items of one"),
        Mistake(
            "kind: likert, text: L?", "kind: ¦lickert, text: L?", "questionnaires[0].items[0].kind",
            "expected one of likert, slider, choice, text, manikin, found 'lickert'"),
        Mistake(
            "required: true, points: 5", "required: true, points: ¦1",
            "questionnaires[0].items[0].points", "expected 2 to 21, found 1"),
        Mistake(
            "5: high}, code", "6: ¦high}, code", "questionnaires[0].items[0].labels[6]",
            "expected a whole number from 1 to 5 as key, found '6'"),
        Mistake(
            "5: high}, code", "4.5: ¦high}, code", "questionnaires[0].items[0].labels.4.5",
            "expected a whole number from 1 to 5 as key, found '4.5'"),
        Mistake(
            "0.5: well", "nan: ¦well", "questionnaires[0].items[1].labels.nan",
            "expected a number from -1 to 1 as key, found 'nan'"),
        Mistake(
            "kind: slider, text: S?,", "kind: slider, points: ¦3, text: S?,",
            "questionnaires[0].items[1].points",
            "an item of kind slider has no points, but labels, minimum, maximum, step"),
        Mistake(
            "maximum: 1, step: 0.5", "maximum: ¦-1, step: 0.5",
            "questionnaires[0].items[1].maximum",
            "expected a maximum above the minimum -1, found -1"),
        Mistake(
            "step: 0.5", "step: ¦0.3", "questionnaires[0].items[1].step",
            "expected steps that reach from -1 to 1, found 0.3"),
        Mistake(
            "step: 0.5", "step: ¦0", "questionnaires[0].items[1].step",
            "expected more than 0, found 0"),
        Mistake(
            "{value: 3, label: B}", "{value: ¦1, label: B}",
            "questionnaires[0].items[3].options[1].value", "1 is the value of two options"),
        Mistake(
            "[{value: 1, label: A}, {value: 3, label: B}]", "¦[]",
            "questionnaires[0].items[3].options", "expected at least one option"),
        Mistake(
            "{value: 3, label: B}", "{value: ¦three, label: B}",
            "questionnaires[0].items[3].options[1].value",
            "expected a whole number, found 'three'"
        ),
        Mistake(
            "maximumLength: 10", "maximumLength: ¦0", "questionnaires[0].items[4].maximumLength",
            "expected 1 to 100000, found 0"),
        Mistake(
            "dimension: arousal, points: 5", "dimension: arousal, points: ¦6",
            "questionnaires[0].items[5].points", "expected 5, 7 or 9, found 6"),
        Mistake(
            "- {name: man, kind: manikin, dimension: arousal, points: 5}",
            "- ¦{name: man, kind: manikin}", "questionnaires[0].items[5].dimension",
            "expected one of valence, arousal, dominance, found no such key"),
        Mistake(
            "{item: first, equals: 1}", "{item: ¦third, equals: 1}",
            "questionnaires[1].items[1].when.item",
            "'third' does not come before; a condition looks back"),
        Mistake(
            "{item: first, equals: 1}", "{item: ¦lik, equals: 1}",
            "questionnaires[1].items[1].when.item",
            "there is no item before this 'lik'; there are first"),
        Mistake(
            "{item: first, equals: 1}", "{item: first, equals: ¦2}",
            "questionnaires[1].items[1].when.equals",
            "there is no option '2' of first; there are 0, 1"),
        Mistake(
            "{item: first, equals: 1}", "¦{item: first}", "questionnaires[1].items[1].when",
            "expected one of the keys equals, anyOf, atLeast, atMost, answered, found none"),
        Mistake(
            "{item: first, equals: 1}", "¦{item: first, factor: hour, equals: 1}",
            "questionnaires[1].items[1].when",
            "expected one of the keys item, factor, all and any, found item and factor"),
        Mistake(
            "{item: second, atLeast: 50}", "{item: second, equals: ¦101}",
            "questionnaires[1].items[2].when.all[0].equals", "expected 0 to 100, found 101"),
        Mistake(
            "{factor: emotions, equals: on}", "{factor: ¦emotion, equals: on}",
            "questionnaires[1].items[2].when.all[1].factor",
            "there is no factor 'emotion'; there are suggestions, emotions, persona, hour"),
        Mistake(
            "{factor: emotions, equals: on}", "{factor: emotions, equals: ¦yes}",
            "questionnaires[1].items[2].when.all[1].equals",
            "there is no level 'yes' of emotions; there are on, off"),
        Mistake(
            "{item: third, anyOf: [a, b]}", "{item: third, atMost: ¦3}",
            "questionnaires[1].items[3].when.any[2].atMost",
            "'third' is not answered by one number"),
        Mistake(
            "{item: third, anyOf: [a, b]}", "{any: ¦[]}",
            "questionnaires[1].items[3].when.any[2].any", "expected at least one condition"),
        Mistake(
            "items: [lik, man], reversed", "items: [lik, man, ¦tex], reversed",
            "questionnaires[0].scales[0].items[2]", "'tex' is not answered by one number"),
        Mistake(
            "items: [lik, man], reversed", "items: [lik, man, ¦mul], reversed",
            "questionnaires[0].scales[0].items[2]", "'mul' is not answered by one number"),
        Mistake(
            "reversed: [man]", "reversed: [¦sli]", "questionnaires[0].scales[0].reversed[0]",
            "there is no item in this scale 'sli'; there are lik, man"),
        Mistake(
            "minimumAnswered: 1", "minimumAnswered: ¦3",
            "questionnaires[0].scales[0].minimumAnswered", "expected 1 to 2, found 3"),
        Mistake(
            "{name: sc2, items: [second]}", "{name: sc2, items: [¦lik]}",
            "questionnaires[1].scales[0].items[0]",
            "there is no item 'lik'; there are first, second, third, fourth"),
        Mistake(
            "{name: sc2, items: [second]}", "{name: ¦L1, items: [second]}",
            "questionnaires[1].scales[0].name",
            "the variable 'L1' is also that of the item one.lik in exports; give one of them another code or name"
        ),
        Mistake(
            "{name: fourth, kind: text", "{name: fourth, code: ¦MUL-3, kind: text",
            "questionnaires[1].items[3].code",
            "the variable 'MUL-3' is also that of the item one.mul in exports; give one of them another code or name"
        ),
    ]

    static let ofChat = [
        Mistake(
            "  persona: p1\n", "  persona: p1\n  script: ¦p1\n", "chat.script",
            "script is the old name of persona; give one of them"),
        Mistake(
            "persona: p1\n", "persona: ¦a/b\n", "chat.persona",
            "expected a name of letters, digits, '-', '_' and '.', found 'a/b'"),
        Mistake(
            "milliseconds: 2500", "milliseconds: ¦-1", "chat.reply.milliseconds",
            "expected 0 to 600000, found -1"),
        Mistake(
            "url: https://models.example.org/v1/chat", "url: ¦http://models.example.org/v1/chat",
            "chat.model.url",
            "expected the endpoint that consent names, https://Models.example.org/v1/, found 'http://models.example.org/v1/chat'"
        ),
        Mistake(
            "url: https://models.example.org/v1/chat", "url: ¦https://me:secret@models.example.org",
            "chat.model.url",
            "expected an http or https URL with a host, and without a user, query or fragment, found '…@models.example.org'"
        ),
        Mistake(
            "proxy: http://proxy.example.org:3128", "proxy: ¦proxy:3128", "chat.model.proxy",
            "expected an http, https, socks5 or socks5h URL without a user"),
        Mistake(
            "name: m-2026", "name: ¦\"\"", "chat.model.name",
            "expected the pinned name of a model"),
        Mistake(
            "temperature: 0.2", "temperature: ¦2.5", "chat.model.temperature",
            "expected 0.0 to 2.0, found 2.5"),
        Mistake(
            "onFailure: [retry, scripted, pause]", "onFailure: [retry, ¦ignore]",
            "chat.model.onFailure[1]", "expected one of retry, scripted, pause, found 'ignore'"),
        Mistake(
            "onFailure: [retry, scripted, pause]", "onFailure: ¦[]", "chat.model.onFailure",
            "expected at least one of retry, scripted, pause"),
        Mistake(
            "spendLimit: 1.5\n    prices: {inputPerMillion: 2.5, outputPerMillion: 10}",
            "spendLimit: ¦1.5", "chat.model.spendLimit",
            "expected the key prices, without which nothing can be counted"),
        Mistake(
            "each: 2", "each: ¦0", "chat.suggestions.each", "expected 1 to 10, found 0"),
        Mistake(
            "scorer: model, display: intended", "scorer: none, display: ¦scored",
            "chat.emotions.display",
            "expected a display other than scored, since there is no scorer"),
        Mistake(
            "{direct: 0.9, slight: 0.6,", "{direct: 0.9, slight: ¦0.95,", "chat.adoption.slight",
            "expected slight below direct, found 0.95 and 0.9"),
        Mistake(
            "overlap: 0.2", "overlap: ¦0.6", "chat.adoption.overlap",
            "expected overlap below slight, found 0.6 and 0.6"),
        Mistake(
            "{direct: 0.9, slight: 0.6,", "{direct: ¦1.2, slight: 0.6,", "chat.adoption.direct",
            "expected 0.0 to 1.0, found 1.2"),
        Mistake(
            "rules: de", "rules: ¦en", "chat.safety.rules",
            "expected de as the protocol's language, found 'en'"),
        Mistake(
            "cues: alert", "cues: ¦ignore", "chat.safety.participant.cues",
            "expected one of alert, alert-and-pause, found 'ignore'"),
        Mistake(
            "url: https://example.org}", "url: ¦javascript:alert(1)}",
            "chat.safety.participant.resources[0].url",
            "expected an http or https URL, found 'javascript:alert(1)'"),
        Mistake(
            "acknowledgeWithinSeconds: 30", "acknowledgeWithinSeconds: ¦1",
            "chat.safety.acknowledgeWithinSeconds", "expected 5.0 to 3600.0, found 1.0"),
        Mistake(
            "machineNotice: briefing", "machineNotice: ¦sometimes", "chat.machineNotice",
            "expected one of always, briefing, never, found 'sometimes'"),
    ]

    @Test(arguments: ofStudy + ofQuestionnaires + ofChat)
    func aMistakeIsToldAtItsPlace(_ mistake: Mistake) throws {
        let (text, said) = try mistake.made()
        let error = #expect(throws: DeclarationErrors.self) {
            try StudyPlan.read(text, file: "f.yaml")
        }
        #expect(error?.description == said)
    }

    /// Protocols of which the rest is right, with one mistake at the place of `¦`.
    @Test(arguments: [
        (
            "chat: {persona: x, model: {url: ¦https://a.org/v1, name: m}}",
            "chat.model.url: expected the consent tier model-endpoint with an endpoint that names this URL, its country and retention, since requests leave this computer"
        ),
        (
            "chat: {persona: x, model: {url: http://127.0.0.1/v1, name: m, proxy: ¦http://b.org}}",
            "chat.model.proxy: a model on this computer needs no proxy, and its requests would leave"
        ),
        (
            "chat: {persona: x, suggestions: {source: ¦model}}",
            "chat.suggestions.source: expected the key chat.model, since a model is asked"
        ),
        (
            "chat: {persona: x, emotions: {scorer: ¦model}}",
            "chat.emotions.scorer: expected the key chat.model, since a model is asked"
        ),
        ("chat: ¦{clientLabel: C}", "chat.persona: expected a text, found no such key"),
        (
            "chat: {persona: x, machineNotice: ¦briefing}",
            "chat.machineNotice: expected always or never, since there is no phase of kind briefing"
        ),
        (
            "conditions: {factors: [{name: ¦emotions, levels: [on]}]}",
            "conditions.factors[0].name: expected the key chat, since emotions is a factor of the chat"
        ),
        (
            "conditions: {factors: ¦[]}", "conditions.factors: expected at least one factor"
        ),
        (
            "conditions: {factors: ¦[{name: a, levels: [a, b, c, d, e, f, g, h]}, {name: b, levels: [a, b, c, d, e, f, g, h, i]}]}",
            "conditions.factors: expected at most 64 combinations of levels, found 72"
        ),
        (
            "chat: {persona: x, suggestions: {source: none}}\nconditions: {factors: [{name: suggestions, levels: [off, ¦on]}]}",
            "conditions.factors[0].levels[1]: there are none to show, since suggestions have no source"
        ),
        (
            "chat: {persona: x, emotions: {scorer: none}}\nconditions: {factors: [{name: emotions, levels: [¦on]}]}",
            "conditions.factors[0].levels[0]: there are none to show, since emotions have no display"
        ),
        (
            "questionnaires: [{name: q, items: ¦[]}]",
            "questionnaires[0].items: expected at least one item"
        ),
        (
            "questionnaires: [{name: q, items: [{name: a, kind: text, ¦poinst: 3}]}]",
            "questionnaires[0].items[0].poinst: there is no such key; did you mean 'points'?"
        ),
        (
            "questionnaires: [{name: q, items: [{name: a, kind: text, when: {factor: ¦f, equals: 1}}]}]",
            "questionnaires[0].items[0].when.factor: there is no factor 'f'; the protocol has none"
        ),
        (
            "questionnaires: [{name: q, items: [{name: a, kind: choice, options: [{value: 1, label: A}]}, {name: b, kind: text, when: {item: a, equals: ¦yes}}]}]",
            "questionnaires[0].items[1].when.equals: there is no option 'yes' of a; there are 1"
        ),
    ])
    func mistakesBetweenParts(_ marked: String, _ said: String) throws {
        let head = """
            name: s
            version: 1
            title: S
            phases: [{name: p, title: P, kind: other}]
            consent: []

            """
        let line = marked.split(separator: "\n").firstIndex { $0.contains("¦") } ?? 0
        let column = try #require(
            marked.split(separator: "\n")[line].split(
                separator: "¦", omittingEmptySubsequences: false
            )
            .first?.count)
        let error = #expect(throws: DeclarationErrors.self) {
            try StudyPlan.read(head + marked.replacing("¦", with: ""), file: "f.yaml")
        }
        #expect(error?.description == "f.yaml:\(6 + line):\(column + 1): \(said)")
    }

    @Test func severalMistakesAreToldAtOnce() throws {
        let text = everything.replacing("blocks: 2", with: "blocks: 0")
            .replacing("each: 2", with: "each: 0").replacing("step: 0.5", with: "step: 0.3")
        let error = #expect(throws: DeclarationErrors.self) {
            try StudyPlan.read(text, file: "f.yaml")
        }
        #expect(
            error?.errors.map(\.keyPath) == [
                "questionnaires[0].items[1].step", "conditions.blocks", "chat.suggestions.each",
            ])
    }

    /// Whatever stands in a file, it is read or refused, and what was read can be used.
    @Test func nothingInAFileTraps() throws {
        var generator = SeededGenerator(seed: 21)
        let words = everything.split(separator: " ", omittingEmptySubsequences: false)
        let odd = [
            "-1", "0", "9223372036854775807", "-9223372036854775808", "1e308", "-1e308", "1e-300",
            "null", "[]", "{}", "\"\"", "ü", "true", "on", "'2'", "0.30000000000000004",
        ]
        var read = 0
        for _ in 0..<250 {
            var changed = words.map(String.init)
            for _ in 0...generator.next(below: 2) {
                let place = generator.next(below: changed.count)
                let word = changed[place]
                guard !word.isEmpty, !word.contains("\n"), !word.hasSuffix(":") else { continue }
                let tail = word.reversed().prefix { "]},".contains($0) }.reversed()
                let head = word.prefix { "[{".contains($0) }
                guard !word.dropFirst(head.count).contains("{") else { continue }
                changed[place] = head + odd[generator.next(below: odd.count)] + String(tail)
            }
            guard let plan = try? StudyPlan.read(changed.joined(separator: " "), file: "f") else {
                continue
            }
            read += 1
            for questionnaire in plan.questionnaires {
                let answers = Dictionary(
                    uniqueKeysWithValues: questionnaire.items.map { ($0.name, Answer.number(1)) })
                _ = questionnaire.check(answers)
                _ = questionnaire.score(answers)
                #expect(questionnaire.ordered(seed: 3).count == questionnaire.items.count)
                #expect(!QuestionnairePreview.text(questionnaire).isEmpty)
            }
            let size = plan.conditions?.blockSize ?? 0
            #expect(plan.conditions?.assignment(slot: size).block ?? 1 == 1)
            #expect(plan.notes.allSatisfy { !$0.isEmpty })
        }
        #expect(read > 10)
    }
}
