import StudyProtocol
import Testing

@Suite struct PreviewTests {
    @Test func theTerminalShowsEverything() throws {
        let plan = try StudyPlan.read(everything, file: "all")
        let two = try #require(plan.questionnaire(named: "two"))
        #expect(
            QuestionnairePreview.text(two, width: 60) == """
                Two
                ===

                1. First
                     ( ) 0 = No
                     ( ) 1 = Yes
                   → first

                2. Second
                   [asked when first is 1]
                     0 |--------------------| 100 in steps of 1
                   → second

                3. Third
                   [asked when second is at least 50 and the condition
                   emotions is on]
                     ________________________________
                     1 line, at most 4000 characters
                   → third

                4. Fourth
                   [asked when first is not answered or second is at most 10
                   or third is 'a' or 'b']
                     ________________________________
                     1 line, at most 4000 characters
                   → fourth

                Scales
                  sc2: mean of second; 1 of 1 must be answered

                """)
        let one = try #require(plan.questionnaire(named: "one"))
        for width in [20, 33, 80, -1] {
            let lines = QuestionnairePreview.text(one, width: width).split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= max(width, 40) })
            #expect(lines.contains { $0.contains("* must be answered") })
        }
    }

    @Test func thePageStandsAlone() throws {
        let plan = try StudyPlan.read(everything, file: "all")
        let page = QuestionnairePreview.page(
            plan.questionnaires, title: "T <&> \"x\"", language: plan.language)
        #expect(page.contains("<html lang=\"de-AT\">"))
        #expect(page.contains("<title>T &lt;&amp;&gt; &quot;x&quot;</title>"))
        for word in ["<script", "src=", "href=", "http:", "https:", "@import", "url("] {
            #expect(!page.contains(word), "\(word)")
        }
        // Each item is a group with its question, and each field has a name.
        let items = plan.questionnaires.flatMap(\.items)
        #expect(page.ranges(of: "<fieldset>").count == items.count)
        #expect(page.ranges(of: "<legend>").count == items.count)
        #expect(page.ranges(of: "type=\"radio\"").count == 5 + 2 + 5 + 2)
        #expect(page.ranges(of: "type=\"checkbox\"").count == 2)
        #expect(page.ranges(of: "type=\"range\"").count == 2)
        #expect(page.ranges(of: "<textarea").count == 3)
        #expect(page.ranges(of: " required").count == 5)
        for field in page.split(separator: "\n")
        where field.contains("type=\"range\"") || field.contains("<textarea") {
            #expect(field.contains("aria-label=\""), "\(field)")
        }
    }
}
