import Foundation
import GRDB
import SessionStoreTestSupport
import SystemCalls
import TestSupport
import Testing

@testable import SessionStore

/// The formats' descriptions say what the files are.
@Suite struct FormatTests {
    @Test(arguments: [("session-file", "session_file"), ("review-file", "review_file")])
    func theDescriptionHoldsTheReader(description: String, reader: String) throws {
        let text = try FileSystem.readText(repository("Protocols/formats/\(description).md"))
        let program = try FileSystem.readText(repository("Tests/Readers/\(reader).py"))
        let start = try #require(text.range(of: "```python\n"))
        let end = try #require(text.range(of: "```", range: start.upperBound..<text.endIndex))
        #expect(text[start.upperBound..<end.lowerBound] == program)
    }

    @Test(arguments: ["session_file", "review_file"])
    func theReaderHasAtMostTwentyLinesOfCode(name: String) throws {
        let program = try FileSystem.readText(repository("Tests/Readers/\(name).py"))
        let parts = program.components(separatedBy: "\"\"\"")
        #expect(parts.count >= 3)
        let code = ([parts[0]] + parts[2...]).joined(separator: "\"\"\"")
        let lines = code.split(separator: "\n").filter {
            let line = $0.trimmingCharacters(in: .whitespaces)
            return !line.isEmpty && !line.hasPrefix("#")
        }
        #expect(lines.count <= 20)
    }

    @Test func theDescriptionHasEveryTableAndColumn() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("fresh.attune")
        let model = SessionModel(seed: 1)
        try SessionWriter.create(at: path, description: model.description).close()
        let text = try FileSystem.readText(repository("Protocols/formats/session-file.md"))
        let described = tables(text)
        let rows = secondCells(text)
        for (name, type, columns) in try schema(path) {
            let place = Comment(rawValue: "\(type) \(name)")
            if type == "view" || SessionSchema.workingTables.contains(name) {
                #expect(rows[name] == columns, place)
            } else {
                #expect(described[name] == columns, place)
            }
        }
        // And nothing that the file does not have.
        let names = Set(try schema(path).map(\.name))
        #expect(Set(described.keys).subtracting(names) == [])
        #expect(names.isSuperset(of: SessionSchema.tables + SessionSchema.workingTables))
        #expect(text.contains(String(SessionSchema.applicationIdentifier, radix: 16).uppercased()))
    }

    @Test func theStudyDatabaseIsDescribedToo() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("study.db")
        _ = try StudyDatabase.open(at: path)
        let text = try FileSystem.readText(repository("Protocols/formats/study-database.md"))
        let described = tables(text)
        for (name, _, columns) in try schema(path) {
            #expect(described[name] == columns, "\(name)")
        }
        #expect(text.contains(String(StudyDatabase.applicationIdentifier, radix: 16).uppercased()))
    }

    @Test func theReviewFileIsDescribedToo() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("session.review")
        try ReviewFile.writing(path, session: "any").close()
        let text = try FileSystem.readText(repository("Protocols/formats/review-file.md"))
        let described = tables(text)
        for (name, _, columns) in try schema(path) {
            #expect(described[name] == columns, "\(name)")
        }
        #expect(text.contains(String(ReviewSchema.applicationIdentifier, radix: 16).uppercased()))
    }

    /// Tables and views of a file, with their columns' names.
    private func schema(_ path: String) throws -> [(name: String, type: String, Set<String>)] {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')
                      AND name NOT LIKE 'sqlite_%'
                    """
            ).map { row in
                let name: String = row["name"]
                let columns = try String.fetchAll(
                    database, sql: "SELECT name FROM pragma_table_info(?)", arguments: [name])
                return (name, row["type"], Set(columns))
            }
        }
    }

    /// By heading (a table's name): the names in the first cells of its list of columns.
    private func tables(_ text: String) -> [String: Set<String>] {
        var tables: [String: Set<String>] = [:]
        var heading = ""
        var isList = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("#") {
                heading = line.drop { $0 == "#" || $0 == " " }.description
            } else if line.isEmpty {
                isList = false
            } else if let cells = cells(line) {
                if isList { tables[heading, default: []].formUnion(names(cells[0])) }
                if cells[0] == "column" { isList = true }
            }
        }
        return tables
    }

    /// By first cell: the names in the second.
    private func secondCells(_ text: String) -> [String: Set<String>] {
        var rows: [String: Set<String>] = [:]
        for line in text.split(separator: "\n") {
            guard let cells = cells(line), cells.count >= 2 else { continue }
            rows[cells[0]] = names(cells[1])
        }
        return rows
    }

    private func cells(_ line: Substring) -> [String]? {
        guard line.hasPrefix("|"), !line.hasPrefix("|-") else { return nil }
        return line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// `a INTEGER (1), b` as a and b.
    private func names(_ cell: String) -> Set<String> {
        Set(
            cell.split(separator: ",").compactMap {
                $0.split(separator: " ").first.map(String.init)
            })
    }
}
