import Testing

@testable import Agreement

/// Figures that stand in books and papers.
@Suite struct PublishedTests {
    /// Krippendorff, 2011: four raters, twelve units, values missing.
    static let krippendorff = RatingTable<Double>([
        [1, 2, 3, 3, 2, 1, 4, 1, 2, nil, nil, nil],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nil, 3],
        [nil, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nil],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nil],
    ])

    /// Shrout and Fleiss, 1979, table 2: six targets, four judges.
    static let shroutFleiss = RatingTable<Double>([
        [9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7],
    ])

    @Test(arguments: zip(KrippendorffAlpha.Level.allCases, [0.743, 0.815, 0.849, 0.797]))
    func krippendorffsTable(level: KrippendorffAlpha.Level, expected: Double) throws {
        let alpha = KrippendorffAlpha(Self.krippendorff, level: level)
        #expect(abs(try #require(alpha.value) - expected) < 0.0005)
        #expect(alpha.units == 12 && alpha.pairedUnits == 11)
        #expect(alpha.pairable == 40 && alpha.missing == 7)
    }

    @Test(
        arguments: zip(
            IntraclassCorrelation.Form.allCases, [0.166, 0.290, 0.715, 0.443, 0.620, 0.909]))
    func shroutAndFleissTable4(form: IntraclassCorrelation.Form, expected: Double) throws {
        let correlation = IntraclassCorrelation(Self.shroutFleiss)
        #expect(abs(try #require(correlation.value(form)) - expected) < 0.0005)
        #expect(correlation.units == 6 && correlation.raters == 4 && correlation.incomplete == 0)
    }

    /// The intervals that R's psych::ICC gives for the same table.
    @Test func intervalsOfShroutAndFleiss() throws {
        let correlation = IntraclassCorrelation(Self.shroutFleiss)
        func check(_ form: IntraclassCorrelation.Form, _ low: Double, _ high: Double) throws {
            let interval = try #require(correlation.interval(form))
            #expect(abs(interval.low - low) < 0.006, "\(form) \(interval)")
            #expect(abs(interval.high - high) < 0.006, "\(form) \(interval)")
        }
        try check(.oneWaySingle, -0.133, 0.723)
        try check(.randomSingle, 0.019, 0.761)
        try check(.fixedSingle, 0.342, 0.946)
        try check(.oneWayMean, -0.884, 0.912)
        try check(.randomMean, 0.071, 0.927)
        try check(.fixedMean, 0.676, 0.986)
    }

    /// Gwet's example, which is Krippendorff's table with one value more (irrCAC, `cac.raw4raters`).
    @Test func gwetsTable() throws {
        let agreement = CategoryAgreement(Self.krippendorff, categories: [1, 2, 3, 4, 5])
        #expect(abs(try #require(agreement.value(.gwet)) - 0.77544) < 0.00001)
        #expect(abs(try #require(agreement.value(.fleiss)) - 0.76117) < 0.00001)
        #expect(abs(try #require(agreement.value(.percent)) - 0.81818) < 0.00001)
        let weighted = CategoryAgreement(
            Self.krippendorff, categories: [1, 2, 3, 4, 5], weights: .quadratic)
        #expect(abs(try #require(weighted.value(.gwet)) - 0.914) < 0.00001)
    }

    /// Fourteen raters, ten subjects, five categories, as in many textbooks: κ = 0.210.
    @Test func fleissTable() throws {
        let counts = [
            [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
            [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
        ]
        let units = counts.map { row in
            row.enumerated().flatMap { [Int](repeating: $0.offset, count: $0.element) }
        }
        let table = RatingTable<Int>((0..<14).map { rater in units.map { $0[rater] } })
        let agreement = CategoryAgreement(table, categories: [0, 1, 2, 3, 4])
        #expect(abs(try #require(agreement.value(.fleiss)) - 0.210) < 0.0005)
        #expect(abs(try #require(agreement.value(.percent)) - 0.378) < 0.0005)
    }

    /// Gwet, 2014: three categories, two abstractors (κ = 0.7964, AC1 = 0.8493).
    @Test func abstractors() throws {
        let cells = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
        let pairs = cells.enumerated().flatMap { row in
            row.element.enumerated().flatMap { cell in
                (0..<cell.element).map { _ in (first: row.offset, second: cell.offset) }
            }
        }
        let kappa = try #require(CohenKappa(pairs, categories: [0, 1, 2]))
        #expect(abs(try #require(kappa.kappa) - 0.7964094) < 1e-6)
        let table = RatingTable([pairs.map(\.first), pairs.map(\.second)])
        let agreement = CategoryAgreement(table, categories: [0, 1, 2])
        #expect(abs(try #require(agreement.value(.gwet)) - 0.8493305) < 1e-6)
    }

    /// Feinstein and Cicchetti, 1990: 85% agreement and κ = 0.70 where categories are even, 0.32 where one
    /// is rare; AC1 stays near what is observed.
    @Test func rareCategories() throws {
        func agreement(_ cells: [[Int]]) -> (kappa: Double?, gwet: Double?) {
            let pairs = cells.enumerated().flatMap { row in
                row.element.enumerated().flatMap { cell in
                    (0..<cell.element).map { _ in (first: row.offset, second: cell.offset) }
                }
            }
            let table = RatingTable([pairs.map(\.first), pairs.map(\.second)])
            return (
                CohenKappa(pairs, categories: [0, 1])?.kappa,
                CategoryAgreement(table, categories: [0, 1]).value(.gwet)
            )
        }
        let even = agreement([[40, 9], [6, 45]])
        let rare = agreement([[80, 10], [5, 5]])
        #expect(abs((even.kappa ?? 0) - 0.70) < 0.005)
        #expect(abs((rare.kappa ?? 0) - 0.32) < 0.005)
        #expect(abs((rare.gwet ?? 0) - 0.81) < 0.005)
    }

    /// What zeljkobekcic/KrippendorffUnitizedAlpha says of its own example and of another one.
    @Test func unitsOfAnotherProgram() throws {
        let phrases = MarkedContinuum(
            length: 56,
            raters: [[(3, 15), (22, 53)], [(3, 10), (22, 53)], [(22, 46)]].map { rater in
                rater.map { MarkedUnit(start: $0.0, end: $0.1, value: "keyphrase") }
            }, cluster: 0)
        #expect(abs(try #require(UnitizingAlpha([phrases])?.value) - 0.5645) < 0.0001)
        let two = MarkedContinuum(
            length: 60,
            raters: [
                [MarkedUnit(start: 2, end: 5, value: "1")],
                [
                    MarkedUnit(start: 2, end: 5, value: "1"),
                    MarkedUnit(start: 10, end: 20, value: "2"),
                ],
                [
                    MarkedUnit(start: 2, end: 5, value: "2"),
                    MarkedUnit(start: 15, end: 20, value: "2"),
                ],
            ], cluster: 0)
        let alpha = try #require(UnitizingAlpha([two]))
        #expect(abs(try #require(alpha.value) - 0.3983) < 0.0001)
        #expect(alpha.units == 5 && alpha.continua == 1)
    }
}
