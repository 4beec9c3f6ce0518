import Randomness
import StudyProtocol
import Testing

/// Whether questionnaires stand in a protocol as they are.
private func isReadBack(_ questionnaires: [Questionnaire]) throws -> Bool {
    let head = """
        name: s
        version: 1
        title: S
        phases: [{name: p, title: P, kind: other}]
        consent: []

        """
    let text = head + QuestionnaireText.yaml(questionnaires)
    return try StudyPlan.read(text, file: "s.yaml").questionnaires == questionnaires
}

@Suite struct ImportTests {
    typealias Item = Questionnaire.Item

    @Test func surveysBecomeQuestionnaires() throws {
        let result = try QuestionnaireImport.qualtrics(survey)
        #expect(try isReadBack(result.questionnaires))
        try #require(result.questionnaires.count == 2)
        let first = result.questionnaires[0]
        #expect(first.name == "first-block" && first.title == "First block")
        #expect(first.order == .random)
        #expect(first.instructions == "Dear participant,\nthis is short & easy.")
        #expect(
            first.items == [
                Item(
                    name: "role", kind: .choice, text: "Who are you?", isRequired: true,
                    options: [
                        .init(value: 10, label: "Peer"), .init(value: 20, label: "Expert"),
                        .init(value: 99, label: "Something else", hasText: true),
                    ]),
                Item(
                    name: "which_one", kind: .choice, text: "Which of these?",
                    options: [.init(value: 1, label: "A"), .init(value: 2, label: "B")],
                    isMultiple: true),
                Item(
                    name: "agree_2", kind: .likert, text: "How far do you agree?\nIt was hard",
                    isRequired: true, label: "It was hard", points: 3,
                    labels: [.init(value: 1, text: "Not at all"), .init(value: 3, text: "Very")]),
                Item(
                    name: "agree_real", kind: .likert, text: "How far do you agree?\nIt was real",
                    isRequired: true, label: "It was real", points: 3,
                    labels: [.init(value: 1, text: "Not at all"), .init(value: 3, text: "Very")]),
                Item(
                    name: "back_1", kind: .choice, text: "Backwards?\nRow", label: "Row",
                    when: .any([
                        .item("role", .anyOf([.number(99)])),
                        .item("which_one", .anyOf([.number(1)])),
                    ]),
                    options: [.init(value: 1, label: "Never"), .init(value: 0, label: "Often")]),
            ])
        let second = result.questionnaires[1]
        #expect(second.name == "second-block" && second.order == .fixed)
        #expect(
            second.items == [
                Item(
                    name: "stress_1", kind: .slider, text: "How much stress?",
                    labels: [.init(value: 0, text: "none"), .init(value: 10, text: "a lot")],
                    minimum: 0, maximum: 10, step: 0.1),
                Item(
                    name: "role_2", kind: .text,
                    text: "Nearly done.\nAnything else, ${e://Field/name}?",
                    label: "Anything else, ${e://Field/name}?", lines: 4, maximumLength: 4000),
            ])
    }

    @Test func whatIsLostIsNamed() throws {
        #expect(
            try QuestionnaireImport.qualtrics(survey).remarks == [
                "1 unused questions of the trash were left out",
                "the survey's flow: an element of type EmbeddedData is not taken",
                "the survey's flow: a branch is not taken; all its blocks are here, and `when` can hide items",
                "which one: not taken: the random order of its choices",
                "which one: not taken: its display logic; write it as `when`",
                // It looks into another block.
                "stress: not taken: its display logic; write it as `when`",
                "role: not taken: piped text (${…}), which stands there as it is",
                "role: the descriptive text before it was put into its text",
                "where: not taken: the question, whose type is HotSpot OnOff",
            ])
    }

    @Test func dataExportsBecomeSkeletons() throws {
        let result = try QuestionnaireImport.qualtrics(dataExport)
        #expect(try isReadBack(result.questionnaires))
        let items = try #require(result.questionnaires.first).items
        #expect(
            items.map { "\($0.name) \($0.kind.rawValue) \($0.text)" } == [
                "Q1 choice How, are you?", "Q2 choice Which?", "Q3_1 likert Rate - \"one\"",
                "Q3_2 likert Rate - two", "Q4 text Say\nmore", "Q5 choice Recommend?",
            ])
        #expect(
            items[1].options == [
                .init(value: 1, label: "A"), .init(value: 3, label: "Other", hasText: true),
            ])
        #expect(items[1].isMultiple && items[5].options.map(\.value) == Array(0...10))
        #expect(
            result.remarks == [
                "2_QID7: not taken, since it is repeated by Loop & Merge",
                "2 columns are no questions (dates, ids, embedded data)",
                "Q1: kind and options are not in the file; a choice with one option stands in",
                "Q2: whether it must be answered is not in the file",
                "Q3_1: kind and points are not in the file; a Likert item with 7 points stands in",
                "Q3_2: kind and points are not in the file; a Likert item with 7 points stands in",
                "Q6_DO_1: not taken (DO)",
            ])
        // Answers are of no interest.
        let text = QuestionnaireText.yaml(result.questionnaires)
        #expect(!text.contains("free text") && !text.contains("R_1"))
        let tabs = dataExport.replacing(#",""timeZone"":""America/Denver"""#, with: "")
            .replacing(#"",""choiceId"""#, with: #"" ,""choiceId"""#).replacing(
                "\",\"", with: "\"\t\""
            ).replacing(
                "How, are", with: "How are")
        let lines = tabs.split(separator: "\r\n", omittingEmptySubsequences: false)
        let table: [String] =
            [String(lines[0]).replacing(",", with: "\t")] + lines.dropFirst().map(String.init)
        #expect(
            try QuestionnaireImport.qualtrics(table.joined(separator: "\n")).questionnaires[0].items
                .map(\.name) == items.map(\.name))
    }

    @Test func olderExportsHaveNoImportIds() throws {
        let result = try QuestionnaireImport.qualtrics(
            """
            ResponseID,StartDate,Duration (in seconds),mood,agree_1,agree_2,why_TEXT
            ResponseID,StartDate,Duration,How is your mood?,I agree - A,I agree - B,Why?
            R_1,2016-01-01,10,3,4,5,because
            """)
        #expect(try isReadBack(result.questionnaires))
        #expect(
            result.questionnaires[0].items.map { "\($0.name) \($0.kind.rawValue) \($0.text)" } == [
                "mood choice How is your mood?", "agree_1 likert I agree - A",
                "agree_2 likert I agree - B", "why_TEXT text Why?",
            ])
        #expect(
            result.remarks.prefix(2) == [
                "there are no ImportIds; the names of columns tell what belongs together",
                "3 columns are no questions (dates, ids, embedded data)",
            ])
    }

    @Test(arguments: [
        ("{}", "expected a Qualtrics survey with SurveyElements"),
        ("{\"SurveyElements\": {}}", "expected a Qualtrics survey with SurveyElements"),
        ("{\"SurveyElements\": []}", "there is no question in it"),
        ("{\"SurveyElements\": [", "this is not JSON"), ("", "three header rows"),
        ("a,b\nc,d", "three header rows (names, texts, ImportIds): found 2"),
        ("a,b\nc,d\ne,f", "the third has 'e' in column 1"),
        ("a\nb\n\"{\"\"ImportId\"\":\"\"startDate\"\"}\"", "there is no question in it"),
        ("[1]", "three header rows"),
    ])
    func otherFilesAreRefused(_ text: String, _ reason: String) {
        let error = #expect(throws: ImportError.self) { try QuestionnaireImport.qualtrics(text) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    /// Whatever is missing or of another type, the import ends, and what it gives can be read.
    @Test func damagedSurveysAreTakenAsFarAsTheyGo() throws {
        var generator = SeededGenerator(seed: 4)
        let parts = survey.split(separator: " ").map(String.init)
        let odd = ["null", "[]", "{}", "-1", "\"\"", "true", "1e9", "\"ü < ö\"", "99999999999"]
        for _ in 0..<150 {
            var changed = parts
            for _ in 0...generator.next(below: 6) {
                let place = generator.next(below: changed.count)
                let word = changed[place]
                let tail = word.suffix(while: { "]},".contains($0) })
                guard !word.hasSuffix(":"), !word.hasPrefix("{"), !word.hasPrefix("[") else {
                    continue
                }
                changed[place] = odd[generator.next(below: odd.count)] + tail
            }
            guard let result = try? QuestionnaireImport.qualtrics(changed.joined(separator: " "))
            else { continue }
            #expect(try isReadBack(result.questionnaires), "\(changed.joined(separator: " "))")
        }
    }

    @Test(arguments: [
        ("a < b & c", "a < b & c"), ("<div>a</div><div>b</div>", "a\nb"),
        ("&lt;b&gt; &#228;&#xe4; &auml; &bogus; &#0;", "<b> ää ä &bogus; &#0;"),
        ("x<style>p{}</style>y", "xy"), ("a <b", "a <b"), ("  a \n\n\n b  ", "a\nb"),
        ("<p></p>", ""), ("1&nbsp;&nbsp;2", "1 2"),
    ])
    func textsLoseTheirTags(_ html: String, _ plain: String) throws {
        let text = survey.replacing(
            "How much stress?", with: html.replacing("\n", with: "\\n"))
        let items = try QuestionnaireImport.qualtrics(text).questionnaires[1].items
        #expect(items[0].text == (plain.isEmpty ? "stress" : plain))
    }
}

extension String {
    fileprivate func suffix(while isIn: (Character) -> Bool) -> String {
        String(reversed().prefix(while: isIn).reversed())
    }
}
