import Foundation
import Review
import Testing

/// What Protocols/formats/coding-scheme.md shows, people copy.
@Suite struct DocumentedSchemesTests {
    @Test func theSchemesThatAreShownCanBeRead() throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = try String(
            contentsOfFile: root + "/Protocols/formats/coding-scheme.md", encoding: .utf8)
        let blocks = text.components(separatedBy: "```yaml\n").dropFirst().map {
            String($0.components(separatedBy: "```")[0])
        }
        #expect(blocks.count == 2)
        let moments = try CodingScheme.read(blocks[0], file: "coding-scheme.md")
        #expect(moments.name == "moments" && moments.codes.contains { $0.parent != nil })
        // The second one shows the part about ratings alone.
        let head = "name: review\nversion: \"1\"\ntitle: A review\n"
        _ = try CodingScheme.read(head + blocks[1], file: "coding-scheme.md")
    }
}
