import Testing

@testable import Agreement

/// Where nothing can be said, nothing is: no NaN, no 1 out of nothing.
@Suite struct UndefinedTests {
    @Test func oneCategoryAlone() {
        let table = RatingTable<Double>([[3, 3, 3], [3, 3, nil]])
        #expect(CohenKappa(table, categories: [1, 2, 3])?.kappa == nil)
        #expect(CohenKappa(table, categories: [1, 2, 3])?.observed == 1)
        let agreement = CategoryAgreement(table, categories: [1, 2, 3])
        #expect(agreement.value(.percent) == 1)
        #expect(agreement.value(.fleiss) == nil && agreement.value(.gwet) == nil)
        for level in KrippendorffAlpha.Level.allCases {
            let alpha = KrippendorffAlpha(table, level: level)
            #expect(alpha.value == nil && alpha.interval() == nil)
        }
        let correlation = IntraclassCorrelation(table)
        #expect(correlation.units == 2 && correlation.incomplete == 1)
        for form in IntraclassCorrelation.Form.allCases {
            #expect(correlation.value(form) == nil && correlation.interval(form) == nil)
        }
    }

    @Test func nothingToCompare() {
        let empty = RatingTable<Double>([[nil, 1], [2, nil]])
        #expect(CohenKappa(empty, categories: [1, 2]) == nil)
        #expect(CategoryAgreement(empty, categories: [1, 2]).value(.percent) == nil)
        #expect(KrippendorffAlpha(empty, level: .nominal).value == nil)
        #expect(IntraclassCorrelation(empty).value(.randomSingle) == nil)
        #expect(SignedBias([]).mean == nil && SignedBias([]).interval() == nil)
        #expect(SignedBias([1]).mean == 1 && SignedBias([1]).limits == nil)
        #expect(UnitizingAlpha([])?.value == nil)
        let nothing = MarkedContinuum(length: 20, raters: [[], []], cluster: 0)
        #expect(UnitizingAlpha([nothing])?.value == nil)
        let all = [MarkedUnit(start: 0, end: 20, value: "a")]
        #expect(
            UnitizingAlpha([MarkedContinuum(length: 20, raters: [all, all], cluster: 0)])?.value
                == nil)
    }

    @Test func unitsThatOverlap() throws {
        let one = [
            MarkedUnit(start: 0, end: 5, value: "a"), MarkedUnit(start: 3, end: 9, value: "a"),
        ]
        let same = MarkedContinuum(
            length: 20, raters: [one, [MarkedUnit(start: 0, end: 9, value: "a")]], cluster: 0)
        let alpha = try #require(UnitizingAlpha([same]))
        #expect(alpha.value == 1 && alpha.units == 2)
        let other = MarkedContinuum(
            length: 20, raters: [[one[0], MarkedUnit(start: 3, end: 9, value: "b")], []], cluster: 0
        )
        #expect(UnitizingAlpha([other]) == nil)
        #expect(UnitizingAlpha([other], kind: .binary) == nil)
    }

    @Test func agreementWithoutAnyError() throws {
        let table = RatingTable<Double>([[1, 2, 3, 4], [2, 3, 4, 5]])
        let correlation = IntraclassCorrelation(table)
        #expect(correlation.value(.fixedSingle) == 1)
        #expect(correlation.interval(.fixedSingle) == nil)
        let random = try #require(correlation.value(.randomSingle))
        #expect(random > 0.7 && random < 1)
    }
}
