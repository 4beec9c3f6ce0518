import Foundation
import StudyProtocol
import Testing

private typealias Item = Questionnaire.Item

private func questionnaire(_ items: String, more: String = "") throws -> Questionnaire {
    let text = """
        name: s
        version: 1
        title: S
        phases: [{name: p, title: P, kind: other}]
        consent: []
        conditions: {factors: [{name: group, levels: [a, b]}]}
        questionnaires:
          - name: q
            \(more)
            items:
        \(items.split(separator: "\n").map { "      " + $0 }.joined(separator: "\n"))
        """
    return try #require(try StudyPlan.read(text, file: "s.yaml").questionnaires.first)
}

private let branching = """
    - {name: a, kind: choice, options: [{value: 0, label: No}, {value: 1, label: "Yes"}]}
    - {name: b, kind: likert, when: {item: a, equals: 1}}
    - {name: c, kind: text, when: {item: b, atLeast: 5}}
    - {name: d, kind: choice, multiple: true, options: [{value: 1, label: A}, {value: 2, label: B}]}
    - {name: e, kind: text, when: {item: d, anyOf: [2]}}
    - {name: f, kind: text, when: {any: [{item: b, answered: false}, {item: d, answered: true}]}}
    - {name: g, kind: text, when: {all: [{factor: group, equals: b}, {item: a, equals: 0}]}}
    - {name: h, kind: text, when: {item: b, atMost: 2}}
    """

@Suite struct QuestionnaireTests {
    // MARK: Branching

    @Test(
        arguments: [
            ([:], "a", "adf"), (["a": .number(0)], "a", "adf"),
            (["a": .choices([0])], "b", "adfg"), (["a": .number(1)], "a", "abdf"),
            (["a": .number(1), "b": .number(5)], "a", "abcd"),
            (["a": .number(1), "b": .number(2)], "a", "abdh"),
            // What is hidden does not count, whatever was answered before.
            (["a": .number(0), "b": .number(5)], "a", "adf"),
            (["a": .number(0), "b": .number(1)], "b", "adfg"),
            (["d": .choices([1, 2])], "a", "adef"), (["d": .choices([1])], "a", "adf"),
            (["d": .choices([])], "a", "adf"),
            (["a": .number(1), "b": .number(4), "d": .choices([2])], "a", "abdef"),
        ] as [([String: Answer], String, String)])
    func itemsAreAskedByWhatWasAnswered(
        _ answers: [String: Answer], _ group: String, _ names: String
    ) throws {
        let questionnaire = try questionnaire(branching)
        let visible = questionnaire.items(for: answers, condition: ["group": group])
        #expect(visible.map(\.name).joined() == names)
        #expect(
            Set(questionnaire.counted(answers, condition: ["group": group]).keys)
                == Set(answers.keys).intersection(visible.map(\.name)))
    }

    @Test func ordersAreReproducible() throws {
        let items = (1...8).map { "- {name: i\($0), kind: likert}" }.joined(separator: "\n")
        let shuffled = try questionnaire(items, more: "order: random")
        func order(_ seed: UInt64) -> [String] {
            shuffled.items(for: [:], seed: seed).map(\.name)
        }
        #expect(order(1) == order(1))
        #expect(order(1).sorted() == (1...8).map { "i\($0)" })
        #expect(Set((0..<50).map { order(UInt64($0)) }).count > 45)
        var firsts: [String: Int] = [:]
        for seed in 0..<8000 { firsts[order(UInt64(seed))[0], default: 0] += 1 }
        #expect(firsts.count == 8 && firsts.values.allSatisfy { abs($0 - 1000) < 160 }, "\(firsts)")
        let fixed = try questionnaire(items)
        #expect(fixed.items(for: [:], seed: 5).map(\.name) == (1...8).map { "i\($0)" })
        // The same participant has another order in the next visit, and in another study.
        let plan = try StudyPlan.read(everything, file: "all")
        #expect(
            plan.orderSeed(participant: "p1", visit: 1)
                == plan.orderSeed(participant: "p1", visit: 1))
        #expect(
            Set([
                plan.orderSeed(participant: "p1", visit: 1),
                plan.orderSeed(participant: "p1", visit: 2),
                plan.orderSeed(participant: "p2", visit: 1),
            ]).count == 3)
    }

    @Test func whatHangsTogetherStaysTogether() throws {
        let questionnaire = try questionnaire(
            """
            - {name: a, kind: likert}
            - {name: b, kind: likert}
            - {name: a2, kind: text, when: {item: a, atLeast: 1}}
            - {name: c, kind: likert}
            - {name: a3, kind: text, when: {item: a2, answered: true}}
            - {name: last, kind: text, fixed: true}
            """, more: "order: random")
        var orders: Set<[String]> = []
        for seed: UInt64 in 0..<60 {
            let names = questionnaire.ordered(seed: seed).map(\.name)
            orders.insert(names)
            let first = try #require(names.firstIndex(of: "a"))
            #expect(Array(names[first...].prefix(3)) == ["a", "a2", "a3"])
            #expect(names.last == "last")
        }
        #expect(orders.count == 6)
    }

    // MARK: Checking

    private let kinds = """
        - {name: l, kind: likert, required: true, points: 5}
        - {name: s, kind: slider, minimum: -1, maximum: 1, step: 0.1}
        - {name: c, kind: choice, options: [{value: 1, label: A}, {value: 2, label: B, text: true}]}
        - {name: m, kind: choice, multiple: true, options: [{value: 1, label: A}, {value: 2, label: B}]}
        - {name: t, kind: text, maximumLength: 5}
        - {name: p, kind: manikin, dimension: valence, required: true, when: {item: l, atLeast: 3}}
        """

    @Test(
        arguments: [
            (["l": .number(1)], []), (["l": .number(5), "p": .number(9)], []),
            ([:], ["l: expected an answer, found none"]),
            (["l": .none], ["l: expected an answer, found none"]),
            (["l": .number(3)], ["p: expected an answer, found none"]),
            (["l": .number(0)], ["l: expected 1 to 5, found 0"]),
            (
                ["l": .number(6)],
                ["l: expected 1 to 5, found 6", "p: expected an answer, found none"]
            ),
            (["l": .number(1.5)], ["l: expected a whole number, found 1.5"]),
            (["l": .number(.nan)], ["l: expected a number, found nan"]),
            (["l": .text("1")], ["l: expected a number, found a text"]),
            (["l": .choices([1])], ["l: expected a number, found chosen options"]),
            (["l": .number(1), "s": .number(0.3)], []),
            (["l": .number(1), "s": .number(0.1 + 0.2)], []),
            (
                ["l": .number(1), "s": .number(0.25)],
                ["s: expected steps of 0.1 from -1, found 0.25"]
            ),
            (["l": .number(1), "s": .number(-1.1)], ["s: expected -1 to 1, found -1.1"]),
            (["l": .number(1), "c": .number(2)], []),
            (["l": .number(1), "c": .choices([2], texts: [2: "x"])], []),
            (["l": .number(1), "c": .choices([3])], ["c: expected one of 1, 2, found 3"]),
            (["l": .number(1), "c": .number(1.5)], ["c: expected chosen options, found 1.5"]),
            (["l": .number(1), "c": .choices([1, 2])], ["c: expected one option, found 2"]),
            (
                ["l": .number(1), "c": .choices([1], texts: [1: "x"])],
                ["c: expected no text beside the option 1"]
            ),
            (
                ["l": .number(1), "c": .choices([1], texts: [2: "x"])],
                ["c: expected no text beside the option 2"]
            ),
            (["l": .number(1), "m": .choices([2, 1])], []),
            (["l": .number(1), "m": .choices([1, 1])], ["m: expected each option once"]),
            (["l": .number(1), "t": .text("12345")], []),
            // A page counts a character outside of the basic plane twice, and so does this.
            (
                ["l": .number(1), "t": .text("1234😀")],
                ["t: expected at most 5 characters, found 6"]
            ),
            (["l": .number(1), "t": .number(3)], ["t: expected a text, found 3"]),
            (["l": .number(1), "x": .number(3)], ["x: there is no such item in q"]),
            // What is not asked is not checked.
            (["l": .number(2), "p": .number(99)], []),
        ] as [([String: Answer], [String])])
    func answersAreChecked(_ answers: [String: Answer], _ problems: [String]) throws {
        let questionnaire = try questionnaire(kinds)
        #expect(questionnaire.check(answers).map(\.description) == problems)
        let required = Set(
            questionnaire.check(answers).filter { $0.kind == .missing }.map(\.item))
        #expect(
            questionnaire.check(answers, isFinal: false).map(\.description)
                == problems.filter { line in !required.contains { line.hasPrefix("\($0): ") } })
    }

    // MARK: Scoring

    private let scored = """
        - {name: a, kind: likert, points: 7}
        - {name: b, kind: likert, points: 7}
        - {name: c, kind: slider, minimum: 10, maximum: 20}
        - {name: d, kind: choice, options: [{value: 0, label: Never}, {value: 3, label: Daily}, {value: 1, label: Seldom}]}
        - {name: e, kind: manikin, dimension: arousal, points: 9, when: {item: a, atLeast: 4}}
        """
    private let scales =
        "scales: [{name: mean, items: [a, b], reversed: [b], minimumAnswered: 1}, {name: all, items: [a, b, c, d, e], reversed: [c, d, e], score: sum, minimumAnswered: 2}, {name: strict, items: [a, b]}]"

    /// Values computed by hand.
    @Test(
        arguments: [
            // b: 8 − 2 = 6; c: 30 − 12 = 18; d: 3 − 1 = 2; e: 10 − 9 = 1
            ([5, 2, 12, 1, 9], [5.5, 5 + 2 + 18 + 2 + 1, 3.5], [2, 5, 2]),
            // e is not asked, since a is below 4
            ([3, 7, 20, 3, 9], [2, 3 + 7 + 10 + 0, 5], [2, 4, 2]),
            ([6, nil, nil, nil, nil], [6, nil, nil], [1, 1, 1]),
            ([nil, 1, nil, 0, nil], [7, 1 + 3, nil], [1, 2, 1]),
            ([nil, nil, nil, nil, 9], [nil, nil, nil], [0, 0, 0]),
            // 8 is no answer to a
            ([8, 4, 10, nil, nil], [4, 4 + 20, nil], [1, 2, 1]),
        ] as [([Double?], [Double?], [Int])])
    func scalesAreScored(_ given: [Double?], _ scores: [Double?], _ answered: [Int]) throws {
        let questionnaire = try questionnaire(scored, more: scales)
        var answers: [String: Answer] = [:]
        for (name, value) in zip(["a", "b", "c", "d", "e"], given) {
            if let value { answers[name] = name == "d" ? .choices([Int(value)]) : .number(value) }
        }
        let result = questionnaire.score(answers)
        #expect(result.map(\.scale) == ["mean", "all", "strict"])
        #expect(result.map(\.value) == scores)
        #expect(result.map(\.answered) == answered)
        #expect(result.map(\.of) == [2, 5, 2])
    }

    // MARK: Exports and JSON

    @Test func variablesAreOfOneKindEach() throws {
        let plan = try StudyPlan.read(everything, file: "all")
        let one = try #require(plan.questionnaire(named: "one"))
        #expect(
            one.variables.map(\.code) == [
                "L1", "sli", "cho", "cho_2_text", "mul_1", "mul_3", "tex", "man",
            ])
        #expect(one.variables[0].label == "Lik" && one.variables[4].label == "M?: A")
        #expect(
            one.variables[2].valueLabels == [
                .init(value: 1, text: "A"), .init(value: 2, text: "B"),
            ])
        let answer = Answer.choices([2], texts: [2: "x"])
        #expect(one.variables[2].value(of: answer) == .number(2))
        #expect(one.variables[3].value(of: answer) == .text("x"))
        #expect(one.variables[3].value(of: .choices([1])) == .none)
        #expect(one.variables[4].value(of: .choices([3])) == .number(0))
        #expect(one.variables[5].value(of: .choices([3])) == .number(1))
        #expect(one.variables[5].value(of: .none) == .none)
        #expect(one.variables[6].value(of: .text("t")) == .text("t"))
        #expect(one.variables[0].value(of: .none) == .none)
    }

    @Test(
        arguments: [
            ("null", .none), ("3", .number(3)), ("0.5", .number(0.5)), (#""a""#, .text("a")),
            (#""""#, .text("")), ("[1,3]", .choices([1, 3])), ("[]", .choices([])),
            (#"{"choices":[2],"texts":{"2":"x"}}"#, .choices([2], texts: [2: "x"])),
        ] as [(String, Answer)])
    func answersTravelAsJSON(_ json: String, _ answer: Answer) throws {
        #expect(try JSONDecoder().decode(Answer.self, from: Data(json.utf8)) == answer)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        #expect(String(decoding: try encoder.encode(answer), as: UTF8.self) == json)
    }

    @Test(arguments: [
        "true", "[1.5]", #"["a"]"#, "{}", #"{"choices":[2],"texts":{"b":"x"}}"#, "[[1]]",
        #"{"choices":2}"#,
    ])
    func otherJSONIsRefused(_ json: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Answer.self, from: Data(json.utf8))
        }
    }

    @Test func thePageIsToldOnlyWhatItNeeds() throws {
        let questionnaire = try questionnaire(branching)
        func when(_ group: String) throws -> String {
            let page = questionnaire.page(condition: ["group": group])
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            return String(decoding: try encoder.encode(page), as: UTF8.self)
        }
        let a = try when("a")
        #expect(!a.contains("\"g\"") && !a.contains("factor") && !a.contains("group"))
        #expect(a.contains(#""name":"c""#) && a.contains(#""when":{"at_least":5,"item":"b"}"#))
        #expect(
            a.contains(
                #""when":{"any":[{"answered":false,"item":"b"},{"answered":true,"item":"d"}]}"#))
        let b = try when("b")
        #expect(b.contains(#""name":"g""#) && b.contains(#""when":{"equals":0,"item":"a"}"#))
        #expect(!b.contains("factor") && !b.contains("code"))
    }
}
