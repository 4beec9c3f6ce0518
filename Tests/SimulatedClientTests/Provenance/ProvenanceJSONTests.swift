import Foundation
import Link
import StudyProtocol
import Testing

@testable import SimulatedClient

/// The report as the chat stores it and programs read it.
@Suite struct ProvenanceJSONTests {
    @Test func bothCodersWriteAndReadTheSame() throws {
        let report = ProvenanceTests.report(
            "How have you been sleeping since the fight with your sister? 🙂", nil,
            [SuggestionInsertion(id: "s2", position: 0, deleted: 0, inserted: 63)])
        let sent = try JSONValue(encoding: report)
        #expect(try sent.decode(ProvenanceReport.self) == report)
        let stored = Data(sent.text.utf8)
        #expect(try JSONDecoder().decode(ProvenanceReport.self, from: stored) == report)
        let written = try JSONEncoder().encode(report)
        #expect(
            try JSONValue(parsing: String(decoding: written, as: UTF8.self))
                .decode(ProvenanceReport.self) == report)
        #expect(sent["class"]?.string == "slight-modification" && sent["edit_similarity"] != nil)
        let use = try #require(sent["suggestions"]?.array?[1])
        #expect(use["shared_pairs"] != nil && use["insertions"] == 1)
        #expect(use["spans"]?.array?.first?["message_position"] == 0)
        #expect(use["word_edits"]?.array?.first?["deleted"] == "argument")
    }
}
