import Foundation
import Testing

@testable import Measures

/// Heartbeats and their measures beside NeuroKit2 0.2.13.
@Suite struct HeartReferenceTests {
    @Test(arguments: [1000, 250, 130])
    func aRealECGHasThePeaksThatNeuroKitFinds(rate: Int) throws {
        let values = try Reference.column("ecg_\(rate)")
        let cleaned = try #require(RPeaks.clean(values, rate: Double(rate)))
        #expect(try Reference.difference(cleaned, Reference.column("ecg_\(rate)_clean")) < 1e-6)
        let peaks = RPeaks.find(in: cleaned, rate: Double(rate))
        let theirs = try Reference.places("ecg_\(rate)_peaks")
        #expect(theirs.count >= 28)
        try expectSame(peaks, theirs)
    }

    @Test func aLongECGAndAPulseWaveToo() throws {
        let cleaned = try #require(RPeaks.clean(Reference.column("made"), rate: 250))
        try expectSame(RPeaks.find(in: cleaned, rate: 250), Reference.places("made_peaks"))
        let pulse = try #require(PulsePeaks.clean(Reference.column("ppg"), rate: 100))
        #expect(try Reference.difference(pulse, Reference.column("ppg_clean")) < 1e-6)
        try expectSame(PulsePeaks.find(in: pulse, rate: 100), Reference.places("ppg_peaks"))
    }

    private func expectSame(_ ours: [Int], _ theirs: [Int]) throws {
        try #require(ours.count == theirs.count)
        #expect(zip(ours, theirs).allSatisfy { ($0 - $1).magnitude <= 1 })
    }

    @Test(arguments: ["beats", "minute"])
    func theMeasuresOfTheSameBeatsAgree(name: String) throws {
        let beats = try Reference.column(name).map { $0 / 1000 }
        let theirs = try Reference.column("\(name)_measures")
        let ours = HeartMeasures([beats])
        #expect(Reference.agree(ours.meanInterval, theirs[0]))
        #expect(Reference.agree(ours.sdnn, theirs[1]))
        #expect(Reference.agree(ours.rmssd, theirs[2]))
        #expect(Reference.agree(ours.pnn50, theirs[3]))
        #expect(Reference.agree(HeartMeasures.interpolatedRate([beats], step: 0.001), theirs[4]))
        let spectrum = try #require(HeartSpectrum(beats))
        #expect(Reference.agree(spectrum.lowPower, theirs[5]))
        #expect(Reference.agree(spectrum.highPower, theirs[6]))
        // Heart rate is 60,000 over the mean interval, which the mean of the rates is not.
        let rate = try #require(ours.rate)
        #expect(abs(rate - 60_000 / theirs[0]) < 1e-9 && abs(rate - theirs[4]) > 0.001)
    }

    /// NeuroKit2's own default divides the spectrum by its largest value: of the same heart six minutes and one minute
    /// then have powers that differ by a factor of five, while in ms² they hardly differ.
    @Test func aScaledSpectrumCannotBeCompared() throws {
        let long = try Reference.column("beats_measures")
        let short = try Reference.column("minute_measures")
        #expect(short[7] / long[7] > 5 && short[6] / long[6] < 1.1)
    }

    @Test func wrongBeatsAreCorrectedAsByKubios() throws {
        let faulty = try Reference.column("faulty")
        let found = BeatCorrection.artefacts(of: faulty.map { $0 / 1000 })
        #expect(found.ectopic == (try Reference.places("faulty_ectopic")))
        #expect(found.missed == (try Reference.places("faulty_missed")))
        #expect(found.extra == (try Reference.places("faulty_extra")))
        #expect(found.longOrShort == (try Reference.places("faulty_longshort")))
        let corrected = BeatCorrection(faulty.map { $0 / 1000 })
        let theirs = try Reference.places("faulty_corrected")
        try #require(corrected.beats.count == theirs.count)
        // NeuroKit2 cuts down to whole samples, each time it goes over a beat.
        for (ours, place) in zip(corrected.beats, theirs) {
            #expect(abs(ours.time * 1000 - Double(place)) < 2)
        }
        #expect(corrected.beats.contains { $0.time * 1000 != ($0.time * 1000).rounded() })
        let untouched = corrected.beats.filter { !$0.isCorrected }.map { $0.time * 1000 }
        #expect(untouched.allSatisfy { faulty.contains(($0).rounded()) })
        #expect((15...40).contains(corrected.beats.count { $0.isCorrected }))
    }

    /// Beats alone do not tell NeuroKit2 of the 40 s that are missing among them.
    @Test func noMeasureBridgesAGap() throws {
        let beats = try Reference.column("gap").map { $0 / 1000 }
        let bridged = try Reference.column("gap_rmssd")[0]
        #expect(Reference.agree(HeartMeasures([beats]).rmssd, bridged) && bridged > 3000)
        let ours = HeartMeasures([Array(beats[..<200]), Array(beats[200...])])
        let whole = try #require(try Reference.column("beats_measures")[2] as Double?)
        #expect(ours.intervals == beats.count - 2 && ours.differences == beats.count - 4)
        #expect(try abs(#require(ours.rmssd) - whole) < 2)
    }

    @Test func littleOrNothingToMeasureIsNoNumber() {
        #expect(HeartMeasures([]).rate == nil && HeartMeasures([[1]]).rate == nil)
        let two = HeartMeasures([[1, 2]])
        #expect(two.rate == 60 && two.sdnn == nil && two.rmssd == nil && two.pnn50 == nil)
        #expect(HeartMeasures.interpolatedRate([[1, 2, 3]]) == nil)
        #expect(HeartSpectrum([1, 2, 3, 4]) == nil)
        #expect(BeatCorrection([1, 2, 3]).beats.count == 3 && BeatCorrection([]).beats.isEmpty)
        // A heart like a clock: no threshold can be told, and nothing is corrected.
        let clock = (0..<40).map { Double($0) }
        #expect(BeatCorrection(clock).beats.map(\.time) == clock)
        #expect(
            RPeaks.find(in: [], rate: 250).isEmpty && PulsePeaks.find(in: [], rate: 100).isEmpty)
        #expect(RPeaks.clean([1, 2, 3], rate: 250) == nil && RPeaks.clean([], rate: 0.5) == nil)
        #expect(RPeaks.find(in: [Double](repeating: 3, count: 500), rate: 250).isEmpty)
    }
}
