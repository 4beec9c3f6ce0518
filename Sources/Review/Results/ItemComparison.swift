import Agreement
import SessionStore

/// Puts what was said on one item in one stage side by side.
struct ItemComparison {
    let item: RatingItem
    let stage: ReviewStage
    let values: [RatedValue]
    let seed: UInt64
    let resamples: Int

    /// A turn of a session, or the session itself.
    private struct Unit: Hashable {
        var session: String
        var turn: Int64?
    }

    private var scale: [Int] { item.scale.values }
    private var isOrdered: Bool { item.scale.meaning != .nominal }
    /// Where values lie, as far as their steps have a size.
    private var places: [Double]? {
        [.interval, .ratio].contains(item.scale.meaning) ? scale.map(Double.init) : nil
    }

    func result() -> ItemResult {
        let main = values.filter { $0.purpose == .main && $0.role != .participant }
        let raters = Set(main.map(\.rater)).sorted()
        var pairs: [ItemResult.Comparison] = []
        for (place, first) in raters.enumerated() {
            for second in raters[(place + 1)...] {
                if let pair = pair(first, second, main) { pairs.append(pair) }
            }
        }
        let calibration = values.filter { $0.purpose == .calibration }
        return ItemResult(
            item: item.name, title: item.title, stage: stage,
            level: item.scale.meaning.rawValue,
            counts: scale.map { value in main.count { $0.value == value } }, values: scale,
            experts: several("Between experts", main, raters), pairs: pairs, peers: peers(main),
            repeats: raters.compactMap(repeats),
            calibration: several(
                "Calibration", calibration, Set(calibration.map(\.rater)).sorted()))
    }

    private func units(_ values: [RatedValue]) -> [Unit] {
        Set(values.map { Unit(session: $0.session, turn: $0.turn) })
            .sorted { ($0.session, $0.turn ?? 0) < ($1.session, $1.turn ?? 0) }
    }

    private func clusters(_ units: [Unit]) -> [Int] {
        var numbers: [String: Int] = [:]
        return units.map { unit in
            if let known = numbers[unit.session] { return known }
            numbers[unit.session] = numbers.count
            return numbers.count - 1
        }
    }

    private func table(
        _ values: [RatedValue], _ raters: [String], _ units: [Unit]
    ) -> RatingTable<Double> {
        var rows: [String: [Unit: Double]] = [:]
        for value in values {
            rows[value.rater, default: [:]][Unit(session: value.session, turn: value.turn)] =
                Double(value.value)
        }
        return RatingTable(
            raters.map { rater in units.map { rows[rater]?[$0] } }, clusters: clusters(units))
    }

    // MARK: - Comparisons

    private func several(
        _ name: String, _ values: [RatedValue], _ raters: [String]
    ) -> ItemResult.Comparison? {
        guard raters.count > 1 else { return nil }
        let units = units(values)
        let table = table(values, raters, units)
        let agreement = CategoryAgreement(table, categories: scale.map(Double.init))
        let paired = agreement.pairedUnits
        var figures = [
            figure("Percent agreement", agreement.statistic(.percent), paired),
            figure("Fleiss κ", agreement.statistic(.fleiss), paired),
            figure("Gwet AC1", agreement.statistic(.gwet), paired),
        ]
        if isOrdered {
            let weighted = CategoryAgreement(
                table, categories: scale.map(Double.init), weights: .quadratic, places: places)
            figures.append(
                figure("Gwet AC2 (quadratic)", weighted.statistic(.gwet), paired))
        }
        let level = item.scale.meaning.ofAlpha
        for level in level == .nominal ? [level] : [.nominal, level] {
            figures.append(
                figure(
                    "Krippendorff α (\(level.rawValue))", KrippendorffAlpha(table, level: level),
                    paired))
        }
        if isOrdered { figures += correlations(table) }
        let matrix = ConfusionMatrix(table.mapped { Int($0) }, categories: scale)
        return ItemResult.Comparison(
            name: name, raters: raters, units: units.count, compared: paired,
            missing: table.missing, sessions: Set(units.map(\.session)).count, figures: figures,
            matrix: .init(
                rows: "one rater", columns: "another rater", values: scale, counts: matrix.counts),
            bias: nil)
    }

    /// Two-way forms where enough units were rated by all; one-way forms of the units with the most common
    /// number of ratings, since raters differ between sessions.
    private func correlations(_ table: RatingTable<Double>) -> [AgreementFigure] {
        let numbers = (0..<table.units).map { table.values(ofUnit: $0).count }.filter { $0 > 1 }
        let counts = Dictionary(grouping: numbers) { $0 }.mapValues(\.count)
        guard let usual = counts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) })?.key else {
            return []
        }
        let oneWay = IntraclassCorrelation(table, ratingsPerUnit: usual)
        var figures = [
            figure(oneWay, .oneWaySingle), figure(oneWay, .oneWayMean),
        ]
        let twoWay = IntraclassCorrelation(table)
        if twoWay.units > 1 {
            for form in [
                IntraclassCorrelation.Form.randomSingle, .randomMean, .fixedSingle, .fixedMean,
            ] {
                figures.append(figure(twoWay, form))
            }
        }
        return figures
    }

    private func pair(
        _ first: String, _ second: String, _ values: [RatedValue]
    ) -> ItemResult.Comparison? {
        let units = units(values.filter { $0.rater == first || $0.rater == second })
        return compare(
            "\(first) and \(second)", table(values, [first, second], units), units,
            rows: first, columns: second)
    }

    /// Participants with each expert who rated the same turn; the bias is to the experts' mean.
    private func peers(_ main: [RatedValue]) -> ItemResult.Comparison? {
        let own = values.filter { $0.purpose == .own }
        guard !own.isEmpty else { return nil }
        var rows: [[Double?]] = [[], []]
        var pairUnits: [Unit] = []
        var differences: [Double] = []
        var biasUnits: [Unit] = []
        let experts = Dictionary(grouping: main) { Unit(session: $0.session, turn: $0.turn) }
        for value in own.sorted(by: { ($0.session, $0.turn ?? 0) < ($1.session, $1.turn ?? 0) }) {
            let unit = Unit(session: value.session, turn: value.turn)
            let others = experts[unit] ?? []
            for other in others.isEmpty ? [nil] : others.map(Optional.some) {
                rows[0].append(Double(value.value))
                rows[1].append(other.map { Double($0.value) })
                pairUnits.append(unit)
            }
            guard !others.isEmpty else { continue }
            let mean = Double(others.reduce(0) { $0 + $1.value }) / Double(others.count)
            differences.append(Double(value.value) - mean)
            biasUnits.append(unit)
        }
        let table = RatingTable(rows, clusters: clusters(pairUnits))
        var found = compare(
            "Participants and experts", table, pairUnits, rows: "participant", columns: "expert")
        found?.raters = Set(own.map(\.rater)).sorted()
        if isOrdered {
            found?.bias = BiasFigure(
                "participant − mean of experts", differences, sessions: clusters(biasUnits),
                seed: seed, resamples: resamples)
        }
        return found
    }

    private func repeats(of rater: String) -> ItemResult.Comparison? {
        let own = values.filter { $0.rater == rater }
        let again = own.filter { $0.purpose == .repeat }
        let sessions = Set(again.map(\.session))
        let first = own.filter { $0.purpose == .main && sessions.contains($0.session) }
        let units = units(again + first)
        func row(_ values: [RatedValue]) -> [Double?] {
            let known = Dictionary(
                values.map { (Unit(session: $0.session, turn: $0.turn), Double($0.value)) },
                uniquingKeysWith: { $1 })
            return units.map { known[$0] }
        }
        var found = compare(
            "\(rater), first and second time",
            RatingTable([row(first), row(again)], clusters: clusters(units)), units,
            rows: "first", columns: "second")
        found?.raters = [rater]
        if isOrdered {
            let pairs = zip(row(again), row(first)).enumerated().compactMap { place, pair in
                pair.0.flatMap { second in pair.1.map { (place, second - $0) } }
            }
            found?.bias = BiasFigure(
                "second − first time", pairs.map(\.1),
                sessions: clusters(pairs.map { units[$0.0] }), seed: seed, resamples: resamples)
        }
        return found
    }

    /// Two rows beside each other.
    private func compare(
        _ name: String, _ table: RatingTable<Double>, _ units: [Unit], rows: String,
        columns: String
    ) -> ItemResult.Comparison? {
        let categories = scale.map(Double.init)
        guard let kappa = CohenKappa(table, categories: categories) else { return nil }
        let agreement = CategoryAgreement(table, categories: categories)
        var figures = [
            figure("Percent agreement", agreement.statistic(.percent), kappa.items),
            figure("Cohen κ", kappa, kappa.items),
        ]
        if isOrdered {
            for weights in [AgreementWeights.linear, .quadratic] {
                figures.append(
                    figure(
                        "Cohen κ (\(weights.rawValue))",
                        CohenKappa(
                            table, categories: categories, weights: weights, places: places),
                        kappa.items))
            }
        }
        figures.append(figure("Gwet AC1", agreement.statistic(.gwet), kappa.items))
        let level = item.scale.meaning.ofAlpha
        figures.append(
            figure(
                "Krippendorff α (\(level.rawValue))", KrippendorffAlpha(table, level: level),
                kappa.items))
        if isOrdered {
            let correlation = IntraclassCorrelation(table)
            figures += [
                figure(correlation, .randomSingle), figure(correlation, .fixedSingle),
            ]
        }
        let counts = scale.map { first in
            scale.map { kappa.counts[Double(first)]?[Double($0)] ?? 0 }
        }
        var bias: BiasFigure?
        if isOrdered {
            let pairs = (0..<table.units).compactMap { unit -> (Int, Double)? in
                guard let first = table.ratings[0][unit], let second = table.ratings[1][unit]
                else { return nil }
                return (table.clusters[unit], first - second)
            }
            bias = BiasFigure(
                "\(rows) − \(columns)", pairs.map(\.1), sessions: pairs.map(\.0), seed: seed,
                resamples: resamples)
        }
        return ItemResult.Comparison(
            name: name, raters: [rows, columns], units: units.count, compared: kappa.items,
            missing: table.missing, sessions: Set(units.map(\.session)).count, figures: figures,
            matrix: .init(rows: rows, columns: columns, values: scale, counts: counts), bias: bias)
    }

    private func figure(
        _ correlation: IntraclassCorrelation, _ form: IntraclassCorrelation.Form
    ) -> AgreementFigure {
        AgreementFigure(correlation, form, seed: seed, resamples: resamples)
    }

    private func figure(
        _ name: String, _ statistic: (some ResampledStatistic)?, _ units: Int
    ) -> AgreementFigure {
        AgreementFigure(name, statistic, units: units, seed: seed, resamples: resamples)
    }
}
