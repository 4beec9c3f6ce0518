import Randomness
import Testing

@testable import Agreement

/// What a sceptic would try: figures are right, or undefined; never out of nothing.
@Suite struct EdgeTests {
    /// Ratings of one to six raters, with gaps, raters who said nothing, and constant ones.
    private func table(_ random: inout SeededGenerator) -> RatingTable<Double> {
        let units = random.next(below: 9)
        let top = 1 + random.next(below: 5)
        let missing = [0, 20, 60, 95][random.next(below: 4)]
        let rows = (0..<(1 + random.next(below: 6))).map { _ -> [Double?] in
            let isConstant = random.next(below: 4) == 0
            return (0..<units).map { _ in
                let value = isConstant ? 1 : 1 + random.next(below: top)
                return random.next(below: 100) < missing ? nil : Double(value)
            }
        }
        return RatingTable(rows, clusters: (0..<units).map { _ in random.next(below: 3) })
    }

    @Test func nothingIsEverInfiniteNorOutOfItsRange() {
        var random = SeededGenerator(seed: 7, "edges")
        func check(_ value: Double?, _ low: Double, _ what: String) {
            guard let value else { return }
            #expect(value.isFinite && value <= 1 + 1e-9 && value >= low, "\(what): \(value)")
        }
        func check(_ interval: Interval?, of value: Double?, _ what: String) {
            guard let interval else { return }
            #expect(interval.low.isFinite && interval.high.isFinite, "\(what): \(interval)")
            #expect(interval.low <= interval.high, "\(what): \(interval)")
            #expect(value != nil, "\(what)")
        }
        for round in 0..<150 {
            let table = table(&random)
            let categories = (1...6).map(Double.init)
            for level in KrippendorffAlpha.Level.allCases {
                let alpha = KrippendorffAlpha(table, level: level)
                check(alpha.value, -Double(table.raters * table.units), "α \(round)")
                check(alpha.interval(resamples: 120), of: alpha.value, "α \(round)")
                #expect(alpha.pairedUnits > 0 || alpha.value == nil)
            }
            for weights in AgreementWeights.allCases {
                let kappa = CohenKappa(table, categories: categories, weights: weights)
                check(kappa?.value, -1, "κ \(round)")
                check(kappa?.interval(resamples: 120), of: kappa?.value, "κ \(round)")
                let agreement = CategoryAgreement(table, categories: categories, weights: weights)
                for kind in CategoryAgreement.Kind.allCases {
                    let statistic = agreement.statistic(kind)
                    check(statistic.value, -5, "\(kind) \(round)")
                    check(statistic.interval(resamples: 120), of: statistic.value, "\(kind)")
                }
            }
            let correlation = IntraclassCorrelation(table)
            for form in IntraclassCorrelation.Form.allCases {
                let value = correlation.value(form)
                // Means of k and ICC(2,1) have no lower end of their own.
                check(value, -.greatestFiniteMagnitude, "\(form) \(round)")
                check(correlation.interval(form), of: value, "\(form) \(round)")
                if let interval = correlation.interval(form), let value {
                    #expect(interval.low <= value && value <= interval.high)
                    #expect(interval.high <= 1, "\(form) \(interval)")
                }
                check(
                    correlation.statistic(form).interval(resamples: 120), of: value,
                    "\(form) \(round)")
            }
        }
    }

    @Test func oneRaterSaysNothingOfAgreement() {
        let table = RatingTable<Double>([[1, 2, 3]])
        #expect(CohenKappa(table, categories: [1, 2, 3]) == nil)
        #expect(KrippendorffAlpha(table, level: .ordinal).value == nil)
        #expect(CategoryAgreement(table, categories: [1, 2, 3]).value(.percent) == nil)
        #expect(IntraclassCorrelation(table).value(.oneWaySingle) == nil)
        // Nor does a second one who rated nothing.
        let silent = RatingTable<Double>([[1, 2, 3], [nil, nil, nil]])
        #expect(silent.pairableUnits == 0 && silent.missing == 3)
        #expect(KrippendorffAlpha(silent, level: .interval).value == nil)
        #expect(CategoryAgreement(silent, categories: [1, 2, 3]).value(.gwet) == nil)
    }

    /// Two raters and one item: α is 0 by definition, as expected and observed disagreement are one.
    @Test func oneItem() throws {
        let apart = RatingTable<Double>([[1], [4]])
        #expect(KrippendorffAlpha(apart, level: .interval).value == 0)
        #expect(KrippendorffAlpha(apart, level: .interval).interval() == nil)
        #expect(IntraclassCorrelation(apart).value(.randomSingle) == nil)
        let alike = RatingTable<Double>([[4], [4]])
        #expect(KrippendorffAlpha(alike, level: .interval).value == nil)
        #expect(CohenKappa(alike, categories: [1, 4])?.kappa == nil)
    }

    /// Of eight sessions two raters have one in common: an interval over sessions would have no width.
    @Test func sessionsOfOneRaterDoNotMakeAFigureSure() throws {
        var rows: [[Double?]] = [[], []]
        var clusters: [Int] = []
        for session in 0..<8 {
            for turn in 0..<4 {
                rows[0].append(Double(turn % 2))
                rows[1].append(session == 3 ? Double(turn / 2) : nil)
                clusters.append(session)
            }
        }
        let table = RatingTable(rows, clusters: clusters)
        #expect(table.pairableClusters == [3])
        let agreement = CategoryAgreement(table, categories: [0, 1])
        #expect(agreement.value(.percent) == 0.5)
        #expect(throws: IntervalAbsence.fewClusters) {
            try agreement.statistic(.percent).resampled()
        }
        #expect(throws: IntervalAbsence.fewClusters) {
            try KrippendorffAlpha(table, level: .nominal).resampled()
        }
        #expect(throws: IntervalAbsence.fewClusters) {
            try #require(CohenKappa(table, categories: [0, 1])).resampled()
        }
        #expect(throws: IntervalAbsence.fewClusters) {
            try IntraclassCorrelation(table).statistic(.oneWaySingle).resampled()
        }
        // With a second one there is an interval, drawn from those two.
        rows[1].replaceSubrange(0..<4, with: [0, 1, 0, 1])
        let two = RatingTable(rows, clusters: clusters)
        let drawn = try CategoryAgreement(two, categories: [0, 1]).statistic(.percent).resampled()
        #expect(drawn.interval == Interval(low: 0.5, high: 1) && drawn.resamples == 2000)
    }

    @Test func whyThereIsNoInterval() {
        let one = RatingTable<Double>([[1, 2, 1], [1, 2, 2]], clusters: [0, 0, 0])
        #expect(throws: IntervalAbsence.fewClusters) {
            try KrippendorffAlpha(one, level: .nominal).resampled()
        }
        let constant = RatingTable<Double>([[1, 1], [1, 1]])
        #expect(throws: IntervalAbsence.undefined) {
            try KrippendorffAlpha(constant, level: .nominal).resampled()
        }
        // A second value in one session of two: most draws are without it, or of it alone.
        let rare = RatingTable<Double>([[1, 1], [1, 2]])
        #expect(throws: IntervalAbsence.fewResamples) {
            try KrippendorffAlpha(rare, level: .nominal).resampled(resamples: 90)
        }
    }

    /// Raters disagree and units have the same mean: ICC(1,k) divides by nothing, ICC(1,1) is −1.
    @Test func unitsWithTheSameMean() {
        let table = RatingTable<Double>([[1, 2, 3], [3, 2, 1]])
        let correlation = IntraclassCorrelation(table)
        #expect(!correlation.unitsDiffer && correlation.value(.oneWayMean) == nil)
        #expect(correlation.value(.oneWaySingle) == -1)
        #expect(correlation.interval(.oneWaySingle) == nil)
    }

    /// Raters who are nearly opposite leave 0.06 degrees of freedom, whose quantile is 4e49; by pingouin 0.6.1.
    @Test func oppositeRatersHaveAFiniteInterval() throws {
        let table = RatingTable<Double>([[1, 2, 3, 4, 5, 6], [7, 6, 6, 5, 5, 4]])
        let correlation = IntraclassCorrelation(table)
        for (form, value, low, high) in [
            (.oneWaySingle, -0.864407, -0.98, -0.33), (.randomSingle, -0.527778, -0.62, 0.14),
            (.fixedSingle, -0.826087, -0.97, -0.19), (.oneWayMean, -12.75, -81.33, -0.97),
            (.randomMean, -2.235294, -3.23, 0.25), (.fixedMean, -9.5, -74.04, -0.47),
        ] as [(IntraclassCorrelation.Form, Double, Double, Double)] {
            #expect(abs(try #require(correlation.value(form)) - value) < 1e-6)
            let interval = try #require(correlation.interval(form), "\(form)")
            #expect(abs(interval.low - low) < 0.00501 && abs(interval.high - high) < 0.00501)
        }
    }

    @Test func valuesBelowZeroAreNoRatios() {
        let table = RatingTable<Double>([[-2, 1, 3], [2, 1, 3]])
        #expect(KrippendorffAlpha(table, level: .ratio).value == nil)
        #expect(KrippendorffAlpha(table, level: .interval).value != nil)
    }

    /// Weights by irrCAC 0.4.4 for the categories 1, 2 and 5, and by their order (1, 2, 3).
    @Test func weightsOfScalesWithGaps() throws {
        let rows: [[Double?]] = [[1, 2, 5, 5, 1, 2, 2, 5], [1, 5, 5, 2, 1, 2, 1, 5]]
        let table = RatingTable(rows)
        for (places, weights, gwet, fleiss) in Self.gaps {
            let agreement = CategoryAgreement(
                table, categories: [1, 2, 5], weights: weights, places: places)
            #expect(abs(try #require(agreement.value(.gwet)) - gwet) < 1e-9, "\(weights)")
            #expect(abs(try #require(agreement.value(.fleiss)) - fleiss) < 1e-9, "\(weights)")
        }
        let order = try #require(CohenKappa(table, categories: [1, 2, 5], weights: .linear))
        let scale = try #require(
            CohenKappa(table, categories: [1, 2, 5], weights: .linear, places: [1, 2, 5]))
        #expect(order.kappa != scale.kappa)
    }

    static let gaps: [([Double]?, AgreementWeights, Double, Double)] = [
        (nil, .linear, 0.580174927114, 0.582608695652),
        (nil, .quadratic, 0.720930232558, 0.725714285714),
        ([1, 2, 5], .linear, 0.510204081633, 0.523404255319),
        ([1, 2, 5], .quadratic, 0.591763652641, 0.607741935484),
    ]

    /// Marks that touch, overlap, are empty or run out of the text.
    @Test func unitsAtTheEdges() throws {
        func alpha(_ one: [(Int, Int)], _ two: [(Int, Int)]) -> UnitizingAlpha? {
            UnitizingAlpha([
                MarkedContinuum(
                    length: 20,
                    raters: [one, two].map {
                        $0.map { MarkedUnit(start: $0.0, end: $0.1, value: "a") }
                    },
                    cluster: 0)
            ])
        }
        let usual = try #require(alpha([(2, 8)], [(4, 10)]))
        #expect(usual.units == 2)
        // Empty ones, and what lies outside, are not there; what runs out ends with the text.
        #expect(
            alpha([(2, 8), (12, 12), (15, 14), (-9, 0), (20, 30)], [(4, 10)])?.value == usual.value)
        #expect(alpha([(-3, 8)], [(15, 99)])?.value == alpha([(0, 8)], [(15, 20)])?.value)
        // Overlapping ones are one; touching ones are two, as Krippendorff counts them.
        let overlapping = try #require(alpha([(2, 6), (5, 8)], [(4, 10)]))
        #expect(overlapping.value == usual.value && overlapping.units == 2)
        let touching = try #require(alpha([(2, 5), (5, 8)], [(4, 10)]))
        #expect(touching.units == 3 && touching.value != usual.value)
        #expect(alpha([(0, 0)], [(30, 40)])?.value == nil)
        #expect(
            UnitizingAlpha([MarkedContinuum(length: 0, raters: [[], []], cluster: 0)])?.value == nil
        )
        #expect(
            UnitizingAlpha([MarkedContinuum(length: 9, raters: [[]], cluster: 0)])?.value == nil)
    }

    @Test func unitsWithoutAClusterStandForThemselves() {
        let table = RatingTable<Int>([[1, 2, 3, 4]], clusters: [5, 1])
        #expect(table.clusters == [0, 1, 2, 3] && table.clusterCount == 4)
    }

    @Test func theSameSeedGivesTheSame() throws {
        let table = PublishedTests.krippendorff
        let alpha = KrippendorffAlpha(table, level: .ordinal)
        #expect(try alpha.resampled(seed: 3) == alpha.resampled(seed: 3))
        #expect(try alpha.resampled(seed: 3) != alpha.resampled(seed: 4))
    }
}
