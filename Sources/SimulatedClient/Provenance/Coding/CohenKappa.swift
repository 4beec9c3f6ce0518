import StudyProtocol

/// Agreement of two who put the same things into classes, less what chance would give.
///
/// κ = (pₒ − pₑ) / (1 − pₑ), with the share pₒ on which both agree and the share pₑ to expect from how often
/// each uses each class (Cohen, J., 1960, A coefficient of agreement for nominal scales, Educational and
/// Psychological Measurement 20, 37–46). The interval is the percentile bootstrap over items (Efron, B., and
/// Tibshirani, R. J., 1993, An introduction to the bootstrap, chapter 13).
public struct CohenKappa: Hashable, Sendable {
    /// Items that both classified.
    public var items: Int
    /// pₒ and pₑ, 0…1.
    public var observed: Double
    public var expected: Double
    /// nil where both used one and the same class alone: then nothing can be said.
    public var kappa: Double?
    /// 95% interval; nil where too few resamples have a κ.
    public var low: Double?
    public var high: Double?
    /// How often the first said one class and the second another.
    public var counts: [AdoptionClass: [AdoptionClass: Int]]

    /// - Parameters:
    ///   - pairs: what each of the two said of each item; none gives nil.
    ///   - resamples: of the bootstrap.
    ///   - seed: what the resamples follow from.
    public init?(
        _ pairs: [(first: AdoptionClass, second: AdoptionClass)], resamples: Int = 2000,
        seed: UInt64 = 1
    ) {
        guard !pairs.isEmpty else { return nil }
        let all = AdoptionClass.allCases
        let numbers = Dictionary(
            uniqueKeysWithValues: all.enumerated().map { ($0.element, $0.offset) })
        let cells = pairs.map {
            (numbers[$0.first] ?? 0) * all.count + (numbers[$0.second] ?? 0)
        }
        var table = [Int](repeating: 0, count: all.count * all.count)
        for cell in cells { table[cell] += 1 }
        items = pairs.count
        (observed, expected, kappa) = Self.agreement(table, all.count)
        counts = [:]
        for (cell, count) in table.enumerated() where count > 0 {
            counts[all[cell / all.count], default: [:]][all[cell % all.count]] = count
        }
        guard kappa != nil, pairs.count > 1 else { return }
        var random = SeededGenerator(seed: seed)
        var drawn: [Double] = []
        for _ in 0..<max(resamples, 0) {
            var other = [Int](repeating: 0, count: table.count)
            for _ in cells { other[cells[random.next(below: cells.count)]] += 1 }
            if let value = Self.agreement(other, all.count).kappa { drawn.append(value) }
        }
        // Resamples of one class alone have none; where they are many, the rest is no picture of it.
        guard drawn.count * 2 >= resamples, drawn.count >= 100 else { return }
        drawn.sort()
        low = drawn[Int(Double(drawn.count - 1) * 0.025)]
        high = drawn[Int((Double(drawn.count - 1) * 0.975).rounded(.up))]
    }

    private static func agreement(
        _ table: [Int], _ classes: Int
    ) -> (observed: Double, expected: Double, kappa: Double?) {
        var rows = [Int](repeating: 0, count: classes)
        var columns = rows
        var same = 0
        for (cell, count) in table.enumerated() {
            rows[cell / classes] += count
            columns[cell % classes] += count
            if cell / classes == cell % classes { same += count }
        }
        let all = rows.reduce(0, +)
        // In whole numbers, so that a certain agreement is told exactly.
        let chance = zip(rows, columns).reduce(0) { $0 + $1.0 * $1.1 }
        let observed = Double(same) / Double(all)
        let expected = Double(chance) / Double(all * all)
        let kappa =
            chance < all * all
            ? Double(same * all - chance) / Double(all * all - chance) : nil
        return (observed, expected, kappa)
    }
}
