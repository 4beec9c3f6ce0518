import SessionStore
import Testing

@testable import Review

/// What comes out of ratings and flags.
@Suite struct ReviewResultsTests {
    static let form = RatingForm(
        ratings: [
            RatingItem(
                name: "empathy", title: "Empathy", of: .turn,
                scale: RatingScale(minimum: 1, maximum: 7)),
            RatingItem(
                name: "kind", title: "Kind", of: .session,
                scale: RatingScale(options: [
                    .init(value: 0, label: "asks"), .init(value: 1, label: "advises"),
                ]), stages: [.context]),
        ],
        flags: [
            FlagCode(name: "cue", title: "Missed cue"), FlagCode(name: "told", title: "Told"),
        ])
    static let turns: [AnswerCheck.Turn] = [
        .init(number: 1, author: "client", length: 40),
        .init(number: 2, author: "participant", length: 20),
        .init(number: 4, author: "participant", length: 30),
    ]

    private func value(
        _ rater: String, _ session: String, _ turn: Int64?, _ value: Int,
        _ purpose: ReviewAssignment.Purpose = .main, item: String = "empathy",
        stage: ReviewStage = .transcript
    ) -> RatedValue {
        RatedValue(
            assignment: "\(rater)-\(session)-\(purpose)", rater: rater,
            role: purpose == .own ? .participant : .expert, purpose: purpose, session: session,
            stage: stage, turn: turn, item: item, value: value)
    }

    private func flag(
        _ rater: String, _ session: String, _ turn: Int64, _ start: Int, _ end: Int,
        _ code: String = "cue"
    ) -> RaisedFlag {
        RaisedFlag(
            assignment: rater, rater: rater, purpose: .main, session: session, stage: .transcript,
            turn: turn, start: start, end: end, code: code)
    }

    private func session(_ id: String, _ raters: Set<String>) -> RatedSession {
        RatedSession(id: id, turns: Self.turns, finished: [.transcript: raters])
    }

    private func results(
        _ values: [RatedValue], _ flags: [RaisedFlag] = [], _ sessions: [RatedSession] = []
    ) -> ReviewResults {
        ReviewResults(
            form: Self.form, values: values, flags: flags, sessions: sessions, resamples: 200)
    }

    private func figure(_ name: String, _ comparison: ItemResult.Comparison?) -> AgreementFigure? {
        comparison?.figures.first { $0.name == name }
    }

    @Test func expertsAreComparedWithNMissingAndMatrix() throws {
        var values: [RatedValue] = []
        for (place, id) in ["s1", "s2", "s3", "s4"].enumerated() {
            for turn: Int64 in [2, 4] {
                values.append(value("anna", id, turn, place + 1))
                if place < 3 { values.append(value("ben", id, turn, place + 1)) }
            }
        }
        let item = results(values).items[0]
        let experts = try #require(item.experts)
        #expect(experts.units == 8 && experts.compared == 6 && experts.missing == 2)
        #expect(experts.sessions == 4 && experts.raters == ["anna", "ben"])
        #expect(figure("Percent agreement", experts)?.value == 1)
        let alpha = try #require(figure("Krippendorff α (ordinal)", experts))
        #expect(
            alpha.value == 1 && alpha.units == 6 && alpha.low == nil
                && alpha.withoutInterval == "all draws of sessions give the same")
        #expect(figure("ICC(1,1)", experts)?.value == 1)
        let matrix = try #require(experts.matrix)
        #expect(matrix.counts[0][0] == 4 && matrix.counts[3][3] == 0)
        #expect(item.counts == [4, 4, 4, 2, 0, 0, 0])
        let pair = try #require(item.pairs.first)
        #expect(item.pairs.count == 1 && pair.compared == 6)
        #expect(figure("Cohen κ (quadratic)", pair)?.value == 1)
        #expect(item.peers == nil && item.repeats.isEmpty && item.calibration == nil)
    }

    @Test func oneValueAloneIsUndefined() throws {
        let values = ["s1", "s2"].flatMap { [value("a", $0, 2, 5), value("b", $0, 2, 5)] }
        let experts = try #require(results(values).items[0].experts)
        #expect(figure("Percent agreement", experts)?.value == 1)
        for name in ["Fleiss κ", "Gwet AC1", "Krippendorff α (ordinal)", "ICC(1,1)"] {
            let found = try #require(figure(name, experts))
            #expect(found.value == nil && found.undefined != nil && found.low == nil, "\(name)")
        }
    }

    /// A figure is there or says why not, and so is its interval.
    @Test func whatLacksSaysWhy() throws {
        func figures(_ values: [RatedValue], item: Int = 0) throws -> [AgreementFigure] {
            try #require(results(values).items[item].experts).figures
        }
        let alone = try figures(
            [2, 4].flatMap { [value("a", "s1", $0, Int($0)), value("b", "s1", $0, Int($0) + 1)] })
        for one in alone {
            #expect((one.value == nil) == (one.undefined != nil), "\(one)")
            #expect(one.low == nil && one.interval == nil, "\(one)")
            #expect(
                one.value == nil || one.withoutInterval == "one session alone can be compared",
                "\(one)")
        }
        // Means of turns that are all the same, while raters disagree.
        let level = try figures(
            [
                value("a", "s1", 2, 1), value("b", "s1", 2, 3), value("a", "s2", 2, 3),
                value("b", "s2", 2, 1),
            ])
        let mean = try #require(level.first { $0.name == "ICC(1,k)" })
        #expect(mean.undefined == "the means of the units do not differ")
        #expect(level.first { $0.name == "ICC(1,1)" }?.value == -1)
        // F takes units as independent: it is used where each session is one unit, and not for turns.
        let whole = try figures(
            (1...6).flatMap { [value("a", "s\($0)", 2, $0), value("b", "s\($0)", 2, 7 - $0 / 2)] })
        let turns = try figures(
            (1...6).flatMap { place in
                [2, 4].flatMap {
                    [
                        value("a", "s\(place)", $0, place),
                        value("b", "s\(place)", $0, 1 + place / 2 + Int($0) / 4),
                    ]
                }
            })
        #expect(whole.first { $0.name == "ICC(2,1)" }?.interval == "F")
        #expect(turns.first { $0.name == "ICC(2,1)" }?.interval?.hasPrefix("bootstrap") == true)
    }

    @Test func peersAreComparedWithSign() throws {
        let values = [
            value("anna", "s1", 2, 3), value("ben", "s1", 2, 4), value("p1", "s1", 2, 6, .own),
            value("anna", "s2", 2, 5), value("p2", "s2", 2, 5, .own), value("p2", "s2", 4, 7, .own),
        ]
        let item = results(values).items[0]
        let peers = try #require(item.peers)
        #expect(peers.bias?.pairs == 2 && peers.bias?.mean == 1.25 && peers.bias?.sessions == 2)
        #expect(peers.matrix?.rows == "participant" && peers.matrix?.counts[5][2] == 1)
        // Three pairs of a participant and an expert; the fourth turn has no expert.
        #expect(peers.compared == 3 && peers.missing == 1)
        // Experts' own agreement is not touched by participants.
        #expect(item.experts?.raters == ["anna", "ben"] && item.experts?.compared == 1)
    }

    @Test func repeatsAndCalibrationStandApart() throws {
        let values = [
            value("anna", "s1", 2, 3), value("anna", "s1", 4, 5),
            value("anna", "s1", 2, 4, .repeat), value("anna", "s1", 4, 5, .repeat),
            value("anna", "c", 2, 1, .calibration), value("ben", "c", 2, 7, .calibration),
            value("ben", "s1", 2, 3), value("ben", "s1", 4, 5),
        ]
        let item = results(values).items[0]
        #expect(item.experts?.compared == 2)
        #expect(figure("Percent agreement", item.experts)?.value == 1)
        let again = try #require(item.repeats.first)
        #expect(item.repeats.count == 1 && again.raters == ["anna"] && again.compared == 2)
        #expect(again.bias?.mean == 0.5)
        #expect(figure("Percent agreement", item.calibration)?.value == 0)
    }

    @Test func optionsHaveNoOrder() throws {
        let values = ["s1", "s2", "s3"].flatMap {
            [
                value("a", $0, nil, $0 == "s1" ? 0 : 1, item: "kind", stage: .context),
                value("b", $0, nil, $0 == "s1" ? 0 : 1, item: "kind", stage: .context),
            ]
        }
        let item = results(values).items[1]
        #expect(item.stage == .context && item.level == "nominal")
        #expect(item.experts?.figures.map(\.name).contains("ICC(1,1)") == false)
        #expect(item.pairs.first?.bias == nil)
        #expect(figure("Krippendorff α (nominal)", item.experts)?.value == 1)
    }

    @Test func flagsCountTurnsAndTexts() throws {
        let sessions = [session("s1", ["anna", "ben"]), session("s2", ["anna"])]
        let flags = [
            flag("anna", "s1", 2, 0, 10), flag("ben", "s1", 2, 5, 15), flag("anna", "s2", 4, 0, 4),
            flag("ben", "s1", 4, 0, 3, "told"),
        ]
        let found = results([], flags, sessions).flags
        // Each in the blind stage alone, and then with what the second one added.
        #expect(found.map(\.code) == ["cue", "cue", "told", "told", "", ""])
        #expect(
            found.map(\.stage)
                == Array([.transcript, .context, .transcript, .context, .transcript, .context]))
        let cue = found[0]
        #expect(cue.flags == 3 && cue.turns == 2 && cue.flagged == 1)
        #expect(cue.raters.map(\.turns) == [4, 2] && cue.raters.map(\.flagged) == [2, 1])
        func value(_ name: String, _ result: FlagResult) -> Double? {
            result.figures.first { $0.name == name }?.value
        }
        #expect(value("Percent agreement", cue) == 1)
        let text = try #require(value("Krippendorff ᵤα (text)", cue))
        #expect(text > 0.2 && text < 0.7, "\(text)")
        #expect(value("Percent agreement", found[2]) == 0.5)
        #expect(found[4].flags == 4)
        // Nobody has finished the second stage: who may still raise a flag has not said that there is none.
        #expect(
            found[1].flags == 3 && found[1].turns == 0
                && found[1].raters.allSatisfy { $0.turns == 0 })
        #expect(
            found[1].figures.allSatisfy { $0.value == nil && $0.undefined == "nothing to compare" })
        // Nothing was flagged: nothing can be said of it.
        let none = results([], [], sessions).flags[0]
        #expect(value("Percent agreement", none) == 1 && value("Gwet AC1", none) == nil)
        #expect(value("Krippendorff ᵤα (text)", none) == nil)
    }

    @Test func tablesAreSafeToOpen() {
        var values = [value("anna", "s1", 2, 3)]
        values[0].rationale = "=HYPERLINK(\"x\"), it said\nmore"
        let text = ReviewTable.ratings(values).csv
        #expect(text.hasPrefix("\u{FEFF}session,rater,"))
        #expect(text.contains("\"'=HYPERLINK(\"\"x\"\"), it said\nmore\""))
        #expect(ReviewTable.field("-1.5") == "-1.5" && ReviewTable.field("-x") == "'-x")
        let results = results(
            ["s1", "s2"].flatMap { [value("a", $0, 2, 5), value("b", $0, 2, 4)] })
        let agreement = ReviewTable.agreement(results)
        #expect(agreement.rows.allSatisfy { $0.count == agreement.columns.count })
        #expect(!agreement.csv.lowercased().contains("nan"))
        let confusion = ReviewTable.confusion(results)
        #expect(confusion.rows.count == 2 * 49)
        #expect(ReviewTable.bias(results).rows.allSatisfy { $0.count == 14 })
    }
}
