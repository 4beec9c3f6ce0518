import TestSupport
import Testing

@testable import Export

/// Labels in the two descriptions of tables, for programs and for people.
@Suite struct CodebookTests {
    private static func table(_ directory: TemporaryDirectory) throws -> any TableSource {
        let builder = try TableBuilder(
            "ratings", "A rating", keys: ["P<1>", "P<1>_x"],
            TableColumn.keys + [
                .category("mood", ["glad", "sad & sorry"], "How it went"),
                .flag("late", "if it came late"),
                TableColumn(
                    "calm", .real, "points", "How calm",
                    labels: [.init(1, "not"), .init(5, "very")]
                ),
            ], spool: .init(in: directory.path))
        for (mood, late, calm) in [("glad", true, 1.0), ("worried", false, 3), (nil, nil, nil)] {
            builder.text(mood)
            builder.flag(late)
            builder.real(calm)
            try builder.endRow()
        }
        return try #require(StudyTable([builder.close()]))
    }

    @Test func labelsAreDescribed() throws {
        let directory = try TemporaryDirectory("codebook")
        let tables = [try Self.table(directory)]
        let facts = DatasetFacts(sessions: [], excluded: [])
        let package = try DataPackage(tables, facts, isStudy: true).text()
        let words = package.split(whereSeparator: \.isWhitespace).joined()
        // Every word that occurs; numbers where each that occurs has a label, and where not.
        #expect(words.contains(#""enum":["glad","sad&sorry","worried"]"#))
        #expect(
            words.contains(#""categories":[{"label":"no","value":0},{"label":"yes","value":1}]"#))
        #expect(words.contains(#""labels":[{"label":"not","value":1},{"label":"very","value":5}]"#))
        let page = CodebookPage(
            Codebook(tables: tables, facts, missing: MissingSamples()), facts, isStudy: true
        ).text
        #expect(page.contains(#"<li><b>2</b> <span dir="auto">sad &amp; sorry</span></li>"#))
        #expect(page.contains("1 <small>(33.3\u{202F}%)</small>"))
        #expect(page.contains("Each row is a rating. 3 rows in <code>ratings.csv</code>."))
    }
}
