import Foundation
import Testing

@testable import Measures

/// Skin conductance and respiration beside NeuroKit2 0.2.13.
@Suite struct SkinReferenceTests {
    @Test(arguments: [4, 10, 250])
    func levelAndResponsesAreThoseOfNeuroKit(rate: Int) throws {
        let name = "eda_\(rate)"
        let values = try Reference.column(name)
        let cleaned = try #require(SkinCleaning.clean(values, rate: Double(rate)))
        #expect(try Reference.difference(cleaned, Reference.column("\(name)_clean")) < 1e-6)
        if rate == 4 { #expect(cleaned == values) }
        let parts = SkinComponents(
            values, rate: Double(rate), isWhole: (false, false), cleans: true)
        #expect(try Reference.difference(parts.tonic, Reference.column("\(name)_tonic")) < 1e-6)
        #expect(try Reference.difference(parts.phasic, Reference.column("\(name)_phasic")) < 1e-6)
        let found = SkinResponse.all(in: parts.phasic)
        #expect(found.map(\.peak) == (try Reference.places("\(name)_peaks")))
        for (ours, theirs) in zip(found, try Reference.column("\(name)_amplitudes")) {
            #expect(theirs.isNaN ? ours.amplitude == nil : Reference.agree(ours.amplitude, theirs))
        }
        // Its turning points tell the same.
        var turning = TurningPoints(smallest: 1e-6)
        for (place, value) in parts.phasic.enumerated() { turning.add(value, at: Double(place)) }
        turning.end()
        let again = SkinResponse.all(in: turning.values)
        #expect(again.map { Int(turning.times[$0.peak]) } == found.map(\.peak))
        #expect(zip(again, found).allSatisfy { abs($0.height - $1.height) < 1e-6 })
        #expect(turning.values.count < values.count / 2)
    }

    /// One artefact of the largest size hides all responses from NeuroKit2's relative threshold: of eight it
    /// tells one. An absolute threshold goes on telling them.
    @Test func anArtefactHidesResponsesFromARelativeThreshold() throws {
        let parts = SkinComponents(
            try Reference.column("artefact"), rate: 10, isWhole: (false, false), cleans: true)
        let theirs = try Reference.places("artefact_peaks")
        #expect(SkinResponse.all(in: parts.phasic).map(\.peak) == theirs && theirs.count == 1)
        let absolute = SkinResponse.all(in: parts.phasic, share: 0).count {
            ($0.amplitude ?? 0) >= 0.05
        }
        #expect(absolute >= 8)
    }

    @Test func breathsAreThoseOfNeuroKit() throws {
        let cleaned = try #require(Breaths.clean(Reference.column("rsp"), rate: 50))
        #expect(try Reference.difference(cleaned, Reference.column("rsp_clean")) < 1e-6)
        let (troughs, peaks) = Breaths.find(in: cleaned)
        #expect(troughs == (try Reference.places("rsp_troughs")) && troughs.count > 20)
        #expect(peaks == (try Reference.places("rsp_peaks")))
        #expect(Breaths.find(in: []).troughs.isEmpty && Breaths.find(in: [1, -1, 1]).peaks.isEmpty)
    }

    @Test func textsAreCountedAsPeopleCount() {
        func counts(_ text: String) -> [Int] {
            let counts = TextCounts(text)
            return [counts.characters, counts.words, counts.sentences]
        }
        #expect(counts("") == [0, 0, 0] && counts("…?!") == [3, 0, 0])
        #expect(counts("I am fine. Are you?") == [19, 5, 2])
        #expect(counts("At 3.5 mg, see attune.example … and \"stop!\" Yes") == [47, 8, 3])
        #expect(counts("One line\nand another") == [20, 4, 2])
        #expect(counts("👩‍👩‍👧‍👦 ok 👍🏽") == [6, 1, 1])
        #expect(counts("مرحبا كيف حالك؟ بخير") == [20, 4, 2])
        #expect(counts("我很好。你呢？") == [7, 1, 2])
        #expect(counts("Wait... what?!") == [14, 2, 2])
    }
}
