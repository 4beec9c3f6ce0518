import Declarations
import Testing

@testable import Review

/// What a scheme asks, what answers fit, and what a stage lacks.
@Suite struct RatingFormTests {
    struct Scheme: CheckedDeclaration {
        var ratings: [RatingItem]?
        var flags: [FlagCode]?

        var form: RatingForm { RatingForm(ratings: ratings ?? [], flags: flags ?? []) }
        func check(_ report: inout DeclarationReport) { form.check(&report) }
    }

    private func form(_ text: String) throws -> RatingForm {
        try Declaration.decode(Scheme.self, from: text, file: "scheme.yaml").form
    }

    private func mistakes(_ text: String) -> [String] {
        do throws(DeclarationErrors) {
            _ = try Declaration.decode(Scheme.self, from: text, file: "scheme.yaml")
            return []
        } catch {
            return error.errors.map(\.description)
        }
    }

    static let text = """
        ratings:
          - name: empathy
            title: Empathy
            of: turn
            scale: {minimum: 1, maximum: 5, anchors: {1: none, 5: full}}
          - name: overall
            title: Overall
            of: session
            scale:
              options: [{value: 0, label: "poor"}, {value: 2, label: "good"}]
              level: ordinal
            stages: [context]
            own: false
          - {name: note, title: Note, of: turn, author: client, required: false,
             scale: {minimum: 0, maximum: 1}}
        flags:
          - {name: missed-distress-cue, title: Missed distress cue, key: m, rationale: true}
          - {name: told, title: Told, author: both, stages: [context]}
        """
    static let turns: [AnswerCheck.Turn] = [
        .init(number: 1, author: "client", length: 10),
        .init(number: 2, author: "participant", length: 7),
        .init(number: 3, author: "participant", length: 3),
    ]

    @Test func aFormIsRead() throws {
        let form = try form(Self.text)
        #expect(form.stages == [.transcript, .context])
        #expect(form.ratings[0].scale.values == [1, 2, 3, 4, 5])
        #expect(form.ratings[0].scale.meaning == .ordinal)
        #expect(form.ratings[0].scale.label(of: 5) == "full")
        #expect(form.ratings[1].scale.values == [0, 2])
        #expect(form.ratings[1].scale.label(of: 2) == "good")
        #expect(
            form.forOwn.ratings.map(\.name) == ["empathy", "note"] && form.forOwn.flags.isEmpty)
        #expect(try self.form("ratings: []").stages == [.transcript])
    }

    @Test func answersAreChecked() throws {
        let form = try form(Self.text)
        let first = AnswerCheck(form: form, stage: .transcript, turns: Self.turns)
        #expect(first.problem(item: "empathy", turn: 2, value: 5) == nil)
        #expect(first.problem(item: "empathy", turn: 2, value: nil) == nil)
        #expect(first.problem(item: "empathy", turn: 2, value: 6) != nil)
        #expect(first.problem(item: "empathy", turn: 1, value: 5) != nil)
        #expect(first.problem(item: "empathy", turn: 9, value: 5) != nil)
        #expect(first.problem(item: "empathy", turn: nil, value: 5) != nil)
        #expect(first.problem(item: "overall", turn: nil, value: 2) != nil)
        #expect(first.problem(item: "else", turn: 2, value: 1) != nil)
        let second = AnswerCheck(form: form, stage: .context, turns: Self.turns)
        #expect(second.problem(item: "overall", turn: nil, value: 2) == nil)
        #expect(second.problem(item: "overall", turn: nil, value: 1) != nil)
        #expect(second.problem(item: "overall", turn: 2, value: 2) != nil)
        #expect(second.problem(item: "empathy", turn: 2, value: 5) != nil)
    }

    @Test func flagsAreChecked() throws {
        let first = AnswerCheck(form: try form(Self.text), stage: .transcript, turns: Self.turns)
        let cue = "missed-distress-cue"
        #expect(first.problem(flag: cue, turn: 2, from: 0, to: 7) == nil)
        #expect(first.problem(flag: cue, turn: 2, from: 0, to: 8) != nil)
        #expect(first.problem(flag: cue, turn: 2, from: 3, to: 3) != nil)
        #expect(first.problem(flag: cue, turn: 2, from: -1, to: 3) != nil)
        #expect(first.problem(flag: cue, turn: 1, from: 0, to: 3) != nil)
        #expect(first.problem(flag: "told", turn: 2, from: 0, to: 3) != nil)
        #expect(first.problem(flag: "else", turn: 2, from: 0, to: 3) != nil)
    }

    @Test func reasonsAreTakenWhereTheSchemeAsksForThem() throws {
        let form = try form(
            """
            ratings:
              - {name: may, title: May, of: turn, rationale: optional, scale: {minimum: 1, maximum: 2}}
              - {name: must, title: Must, of: turn, rationale: required, scale: {minimum: 1, maximum: 2}}
              - {name: not, title: Not, of: turn, scale: {minimum: 1, maximum: 2}}
            flags:
              - {name: cue, title: Cue, rationale: true}
              - {name: told, title: Told}
            """)
        let check = AnswerCheck(form: form, stage: .transcript, turns: Self.turns)
        for (name, isTaken, isAskedFor) in [
            ("may", true, false), ("must", true, true), ("not", false, false),
        ] {
            #expect(check.problem(item: name, turn: 2, value: 1) == nil)
            #expect(check.problem(item: name, turn: 2, value: 1, rationale: " ") == nil)
            let problem = check.problem(item: name, turn: 2, value: 1, rationale: "so")
            #expect((problem == nil) == isTaken, "\(name): \(problem ?? "")")
            #expect(check.isUnexplained(item: name, rationale: " \n") == isAskedFor, "\(name)")
            #expect(!check.isUnexplained(item: name, rationale: "so"))
        }
        #expect(check.isUnexplained(flag: "cue", rationale: ""))
        #expect(!check.isUnexplained(flag: "cue", rationale: "so"))
        #expect(!check.isUnexplained(flag: "told", rationale: ""))
    }

    @Test func whatLacksIsNamed() throws {
        let first = AnswerCheck(form: try form(Self.text), stage: .transcript, turns: Self.turns)
        #expect(first.asked.count == 3)
        let lacking = first.lacking([.init(item: "empathy", turn: 3)])
        #expect(lacking == [.init(item: "empathy", turn: 2)])
    }

    @Test(
        arguments: [
            ("ratings: [{name: a b, title: x, of: turn, scale: {minimum: 1, maximum: 2}}]", "name"),
            (
                "ratings: [{name: a, title: x, of: turn, scale: {minimum: 2, maximum: 2}}]",
                "maximum"
            ),
            ("ratings: [{name: a, title: x, of: turn, scale: {minimum: 1}}]", "needs"),
            (
                "ratings: [{name: a, title: x, of: turn, scale: {minimum: 1, maximum: 2, anchors: {9: x}}}]",
                "1 to 2"
            ),
            (
                "ratings: [{name: a, title: x, of: session, author: both, scale: {minimum: 1, maximum: 2}}]",
                "only turns"
            ),
            (
                "ratings: [{name: a, title: x, of: turn, scale: {options: [{value: 1, label: a}]}}]",
                "two"
            ),
            (
                "ratings: [{name: a, title: x, of: turn, scale: {options: [{value: 2, label: a}, {value: 1, label: b}], level: ordinal}}]",
                "rising"
            ),
            (
                "ratings: [{name: a, title: x, of: turn, scale: {minimum: -1, maximum: 3, level: ratio}}]",
                "below 0"
            ),
            (
                "ratings: [{name: a, title: x, of: turn, rationale: true, scale: {minimum: 1, maximum: 3}}]",
                "rationale"
            ),
            ("flags: [{name: a, title: x, key: M}]", "small letter"),
            ("flags: [{name: a, title: x, key: f}]", "chooses words"),
            ("flags: [{name: a, title: x, key: m}, {name: b, title: x, key: m}]", "twice"),
            ("flags: [{name: a, title: x}, {name: a, title: y}]", "two flags"),
        ])
    func mistakesAreNamed(text: String, word: String) {
        let found = mistakes(text)
        #expect(found.count == 1 && found[0].contains(word), "\(found)")
    }

    @Test func codesLeaveATextWithoutMovingIt() {
        let blind = BlindText(codes: ["P07", "peer-support", "x"])
        #expect(blind.text("I am P07, p07! AP07 P071 x") == "I am ███, ███! AP07 P071 x")
        #expect(blind.text("The peer-support study") == "The ████████████ study")
        let hard = "ẞİ👋 P07"
        #expect(blind.text(hard).utf16.count == hard.utf16.count)
        #expect(blind.text(hard).hasPrefix("ẞİ👋") && !blind.text(hard).contains("P07"))
        #expect(BlindText(codes: []).text("P07") == "P07")
    }
}
