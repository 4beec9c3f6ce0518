import Foundation
import Testing

@testable import Agreement

/// The same figures as independent programs give for random tables (Tests/Readers/agreement_reference.py).
@Suite struct ReferenceTests {
    struct Reference: Decodable {
        var tables: [Table]
        var spans: [Spans]
    }

    struct Table: Decodable {
        var ratings: [[Double?]]
        var categories: Int
        var alpha: [String: Double?]
        var cohen: [String: Double?]
        var unweighted: [String: Double?]
        var linear: [String: Double?]
        var quadratic: [String: Double?]
        var icc: [[Double?]]?
    }

    struct Spans: Decodable {
        var continua: [MarkedContinuum]
        var valued: Double?
        var binary: Double?

        enum Key: CodingKey { case continua, valued, binary }

        init(from decoder: any Decoder) throws {
            let object = try decoder.container(keyedBy: Key.self)
            valued = try object.decode(Double?.self, forKey: .valued)
            binary = try object.decode(Double?.self, forKey: .binary)
            var all = try object.nestedUnkeyedContainer(forKey: .continua)
            continua = []
            while !all.isAtEnd {
                var one = try all.nestedUnkeyedContainer()
                let length = try one.decode(Int.self)
                let raters = try one.decode([[Unit]].self).map { $0.map(\.unit) }
                continua.append(
                    MarkedContinuum(length: length, raters: raters, cluster: continua.count))
            }
        }
    }

    struct Unit: Decodable {
        var unit: MarkedUnit

        init(from decoder: any Decoder) throws {
            var fields = try decoder.unkeyedContainer()
            unit = MarkedUnit(
                start: try fields.decode(Int.self), end: try fields.decode(Int.self),
                value: try fields.decode(String.self))
        }
    }

    static let reference: Reference? = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "reference.json")
        return (try? Data(contentsOf: file)).flatMap {
            try? JSONDecoder().decode(Reference.self, from: $0)
        }
    }()

    private func expectSame(
        _ own: Double?, _ other: Double?, _ tolerance: Double, _ what: String,
        location: SourceLocation = #_sourceLocation
    ) {
        guard let own, let other else {
            #expect(own == nil && other == nil, "\(what)", sourceLocation: location)
            return
        }
        #expect(abs(own - other) < tolerance, "\(what): \(own) \(other)", sourceLocation: location)
    }

    @Test func tables() throws {
        let reference = try #require(Self.reference)
        #expect(reference.tables.count == 64)
        for (place, table) in reference.tables.enumerated() {
            let ratings = RatingTable(table.ratings)
            let categories = (1...table.categories).map(Double.init)
            for level in KrippendorffAlpha.Level.allCases {
                expectSame(
                    KrippendorffAlpha(ratings, level: level).value,
                    table.alpha[level.rawValue] ?? nil, 1e-9, "α \(level) of \(place)")
            }
            for (weights, figures) in [
                (AgreementWeights.unweighted, table.unweighted), (.linear, table.linear),
                (.quadratic, table.quadratic),
            ] {
                let agreement = CategoryAgreement(
                    ratings, categories: categories, weights: weights)
                for kind in CategoryAgreement.Kind.allCases {
                    expectSame(
                        agreement.value(kind), figures[kind.rawValue] ?? nil, 1e-9,
                        "\(kind) \(weights) of \(place)")
                }
                expectSame(
                    CohenKappa(ratings, categories: categories, weights: weights)?.kappa,
                    table.cohen[weights.rawValue] ?? nil, 1e-9, "κ \(weights) of \(place)")
            }
            guard let icc = table.icc else { continue }
            let correlation = IntraclassCorrelation(ratings)
            for (form, row) in zip(IntraclassCorrelation.Form.allCases, icc) {
                expectSame(correlation.value(form), row[0], 1e-9, "\(form.rawValue) of \(place)")
                guard let interval = correlation.interval(form) else { continue }
                // Theirs are rounded to two digits.
                expectSame(interval.low, row[1], 0.00501, "\(form.rawValue) low of \(place)")
                expectSame(interval.high, row[2], 0.00501, "\(form.rawValue) high of \(place)")
            }
        }
    }

    @Test func units() throws {
        let reference = try #require(Self.reference)
        #expect(reference.spans.count == 19)
        for (place, spans) in reference.spans.enumerated() {
            expectSame(UnitizingAlpha(spans.continua)?.value, spans.valued, 1e-9, "ᵤα \(place)")
            expectSame(
                UnitizingAlpha(spans.continua, kind: .binary)?.value, spans.binary, 1e-9,
                "|ᵤα \(place)")
        }
    }
}
