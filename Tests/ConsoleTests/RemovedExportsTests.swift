import Link
import Testing

@testable import Console

/// Which saved exports go when a participant takes something back.
@Suite struct RemovedExportsTests {
    private func record(
        study: String = "one", started: Int64 = 100, identifiers: [String]? = ["S"]
    ) -> ExportRecord {
        ExportRecord(
            id: "e", study: study, actor: "lab", startedUtcNs: started,
            request: ExportRequest(
                formats: ["csv"], isPacked: false, participants: [], phases: [], streams: [],
                leftOut: [], takesPilots: false, hasPseudonyms: false, movesDates: false),
            sessions: [.init(participant: "P01", file: "a.attune")], identifiers: identifiers)
    }

    private func tombstone(
        _ participant: String, session: String = "s", made: Int64
    ) -> TombstoneInfo {
        TombstoneInfo(
            study: "one", session: session, participant: participant, scope: "all", madeUtcNs: made)
    }

    @Test func whatHoldsThemFromBeforeGoes() {
        #expect(RemovedExports.holds(record(), tombstone("P01", made: 200)))
        // Another session of the same participant is not in it.
        #expect(!RemovedExports.holds(record(), tombstone("P01", session: "t", made: 200)))
        #expect(!RemovedExports.holds(record(started: 300), tombstone("P01", made: 200)))
        #expect(!RemovedExports.holds(record(study: "two"), tombstone("P01", made: 200)))
    }
    /// An export of which is not known which sessions it holds.
    @Test func withoutIdsTheParticipantCounts() {
        let record = record(identifiers: nil)
        #expect(RemovedExports.holds(record, tombstone("P01", session: "t", made: 200)))
        #expect(!RemovedExports.holds(record, tombstone("P02", made: 200)))
    }
}
