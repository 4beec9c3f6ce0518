import Testing
import TestSupport

@testable import Measures

/// Reference values of NeuroKit2 0.2.13 with SciPy 1.17.1: `eda_phasic(MadeSkin, sampling_rate=rate)`, each
/// twentieth part of the signal.
@Suite struct SkinComponentsTests {
    static let tonic10 = [
        5.08060265649146, 5.282977238141408, 5.530377572029079, 5.691327964113208,
        5.685334402815671,
        5.581828722622404, 5.434815420575028, 5.2686441537249635, 5.154947444833545,
        5.174523155484639, 5.362919680826693, 5.62425717133616, 5.757439842727587,
        5.753353117562795,
        5.727525765047678, 5.738874809937909, 5.773483141391846, 5.7918494041545525,
        5.778200179072162, 5.750748098993948,
    ]
    static let phasic10 = [
        -0.08060256969300518, -0.11677969541877595, -0.2276716004895616, 0.23907197105978553,
        -0.05945878048308473, -0.13322525557718343, 0.10379073968633347, 0.004271816278499124,
        -0.04820440168194451, -0.15493489280979328, -0.35618267803513154, 0.38748249419733727,
        0.15069848422997767, -0.11807290068843498, -0.10121804058517857, -0.03613232648373467,
        0.04371408304671705, 0.03222454412182921, 0.010298575719890554, -0.0056192251503176804,
    ]
    static let tonic1000 = [
        5.103490313446783, 5.291586516959346, 5.531374343749258, 5.689892809443627,
        5.683912304237787, 5.581083057150863, 5.434606079798757, 5.268683386879509,
        5.155085075666087, 5.174728408120108, 5.363205716839247, 5.6245637190632864,
        5.757579621987464, 5.753222709589782, 5.727045670767521, 5.73804714405272,
        5.772775509913729,
        5.792802064875251, 5.7838049883862475, 5.764304463523247,
    ]
    static let phasic1000 = [
        -0.10349018310108171, -0.12538888980507573, -0.22866827441107498, 0.24050710539622347,
        -0.05803711539642459, -0.13248083961454118, 0.10399789900971464, 0.004230641178537775,
        -0.0483397108678068, -0.1551256812231171, -0.35643323643258595, 0.3872297389006106,
        0.1505889425649026, -0.11805374537362512, -0.10119304442871892, -0.036276166429320716,
        0.04317227856129086, 0.031128276845392825, 0.008988027471190034, -0.005487103157408961,
    ]

    @Test func theFiltersAreThoseOfSciPy() throws {
        let low = try #require(SecondOrderSection.lowPass(cutoff: 0.05, rate: 10))
        let high = try #require(SecondOrderSection.highPass(cutoff: 0.05, rate: 10))
        let expected = [
            (low.b0, 0.00024135904904198078), (low.b1, 0.00048271809808396156),
            (low.b2, 0.00024135904904198078), (low.a1, -1.9555782403150352),
            (low.a2, 0.9565436765112031), (high.b0, 0.9780304792065599),
            (high.b1, -1.9560609584131199), (high.b2, 0.9780304792065599),
            (high.a1, -1.9555782403150352), (high.a2, 0.9565436765112031),
        ]
        for (ours, theirs) in expected { #expect(abs(ours - theirs) < 1e-14) }
        for (cutoff, rate) in [(0.05, 0.1), (0.05, 0), (0, 10), (0.05, -3), (0.05, Double.nan)] {
            #expect(SecondOrderSection.lowPass(cutoff: cutoff, rate: rate) == nil)
            #expect(SecondOrderSection.highPass(cutoff: cutoff, rate: rate) == nil)
        }
    }

    @Test(arguments: [10.0, 1000])
    func bothPartsAreThoseOfNeuroKit(rate: Double) throws {
        let (tonic, phasic) =
            rate == 10 ? (Self.tonic10, Self.phasic10) : (Self.tonic1000, Self.phasic1000)
        let values = MadeSkin.values(count: Int(60 * rate), rate: rate)
        // The whole, edges too, is what the filters give; the edges are left out of the components.
        let whole = SkinComponents(values, rate: rate, isWhole: (false, false))
        let masked = SkinComponents(values, rate: rate)
        let step = values.count / 20
        let edge = Int((SkinComponents.edge * rate).rounded(.up))
        for place in 0..<20 {
            let index = place * step
            #expect(abs(whole.tonic[index] - tonic[place]) < 1e-7)
            #expect(abs(whole.phasic[index] - phasic[place]) < 1e-7)
            if index >= edge, index < values.count - edge {
                #expect(masked.tonic[index] == whole.tonic[index])
            }
        }
        #expect(masked.phasic[edge - 1].isNaN && !masked.phasic[edge].isNaN)
        #expect(
            masked.tonic[values.count - edge].isNaN && !masked.tonic[values.count - edge - 1].isNaN)
    }

    @Test func aPartWithMarginsIsAsTheWhole() {
        let rate = 20.0
        let values = MadeSkin.values(count: Int(400 * rate), rate: rate)
        let whole = SkinComponents(values, rate: rate)
        // 150 s to 250 s, with 100 s on both sides.
        let from = Int(50 * rate)
        let part = SkinComponents(
            Array(values[from..<Int(350 * rate)]), rate: rate, isWhole: (false, false))
        for index in Int(150 * rate)..<Int(250 * rate) {
            #expect(abs(part.phasic[index - from] - whole.phasic[index]) < 1e-8)
            #expect(abs(part.tonic[index - from] - whole.tonic[index]) < 1e-8)
        }
    }

    @Test func nothingReachesAcrossAGap() {
        let rate = 10.0
        let first = MadeSkin.values(count: 300, rate: rate)
        let alone = SkinComponents(first, rate: rate)
        // What comes behind the gap, however far off, changes nothing before it.
        let with = SkinComponents(
            first + [Double](repeating: 900, count: 300), breaks: [300], rate: rate)
        #expect(with.phasic.prefix(300).map(\.bitPattern) == alone.phasic.map(\.bitPattern))
        // The same where a value is missing.
        let missing = SkinComponents(
            first + [.nan] + [Double](repeating: 900, count: 300), rate: rate)
        #expect(missing.phasic.prefix(300).map(\.bitPattern) == alone.phasic.map(\.bitPattern))
        #expect(missing.tonic[300].isNaN)
        #expect(missing.tonic.suffix(100).contains { abs($0 - 900) < 1e-6 })
    }

    @Test func oddInputsGiveNothing() {
        #expect(SkinComponents([], rate: 10).tonic.isEmpty)
        for values in [
            [5.0], [Double](repeating: .nan, count: 200), [Double](repeating: 5, count: 9),
            [.infinity, 5], [Double](repeating: 5, count: 60),
        ] {
            let components = SkinComponents(values, breaks: [0, 3, -4, 1000], rate: 10)
            #expect(components.tonic.count == values.count)
            #expect(
                components.tonic.allSatisfy { $0.isNaN }
                    && components.phasic.allSatisfy { $0.isNaN })
        }
        for rate in [0, -1, Double.nan, .infinity, 0.05] {
            #expect(
                SkinComponents([Double](repeating: 5, count: 500), rate: rate).tonic
                    .allSatisfy { $0.isNaN })
        }
        // A level stays a level.
        let level = SkinComponents([Double](repeating: 7, count: 200), rate: 10)
        #expect(abs(level.tonic[100] - 7) < 1e-9 && abs(level.phasic[100]) < 1e-9)
    }

    @Test func responsesAreThoseOfNeuroKit() throws {
        let values = MadeSkin.values(count: 600, rate: 10)
        let phasic = SkinComponents(values, rate: 10, isWhole: (false, false)).phasic
        let found = SkinResponse.all(in: phasic)
        #expect(found.map(\.peak) == [73, 169, 322, 342])
        #expect(found.map(\.onset) == [60, 155, 310, 335])
        let heights = [
            0.6882117712767579, 0.27575926818481467, 0.615700954965845, 0.15581447848961444,
        ]
        for (ours, theirs) in zip(found, heights) { #expect(abs(ours.height - theirs) < 1e-7) }
        #expect(found.allSatisfy { ($0.amplitude ?? 0) > 0 })
        // In the middle of nothing there is nothing.
        #expect(SkinResponse.all(in: []).isEmpty)
        #expect(SkinResponse.all(in: [1]).isEmpty)
        #expect(SkinResponse.all(in: [.nan, .nan, 1, .nan]).isEmpty)
        #expect(SkinResponse.all(in: [Double](repeating: 3, count: 50)).isEmpty)
    }
}
