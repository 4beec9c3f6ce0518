/// Agreement of two who put the same things into classes, less what chance would give.
///
/// κ = (pₒ − pₑ) / (1 − pₑ), with the share pₒ on which both agree and the share pₑ to expect from how often
/// each uses each class (Cohen, J., 1960, A coefficient of agreement for nominal scales, Educational and
/// Psychological Measurement 20, 37–46); with weights, shares of weighted agreement (Cohen, J., 1968).
public struct CohenKappa<Value: Hashable & Sendable>: Hashable, Sendable {
    /// Items that both classified, and that one alone did.
    public let items: Int
    public let incomplete: Int
    public let categories: [Value]
    public let weights: AgreementWeights
    /// pₒ and pₑ, 0…1.
    public let observed: Double
    public let expected: Double
    /// The confusion matrix: what the first said, by what the second said.
    public let counts: [Value: [Value: Int]]
    /// Cells of the matrix, row by row, for each cluster.
    private let cells: [[Int]]
    private let places: [Double]

    /// - Parameters:
    ///   - table: two raters; others are passed over.
    ///   - categories: all that can be said, in their order where it has one. Values that are none of them
    ///     are missing.
    ///   - places: where they lie on a scale whose steps have a size; else their order counts.
    /// - Returns: nil without an item that both classified.
    public init?(
        _ table: RatingTable<Value>, categories: [Value], weights: AgreementWeights = .unweighted,
        places: [Double]? = nil
    ) {
        guard table.raters >= 2 else { return nil }
        let numbers = Dictionary(
            categories.enumerated().map { ($0.element, $0.offset) },
            uniquingKeysWith: { one, _ in one }
        )
        let count = categories.count
        var cells = [[Int]](
            repeating: [Int](repeating: 0, count: count * count), count: table.clusterCount)
        var items = 0
        var incomplete = 0
        for unit in 0..<table.units {
            let first = table.ratings[0][unit].flatMap { numbers[$0] }
            let second = table.ratings[1][unit].flatMap { numbers[$0] }
            if let first, let second {
                cells[table.clusters[unit]][first * count + second] += 1
                items += 1
            } else if first != nil || second != nil {
                incomplete += 1
            }
        }
        guard items > 0 else { return nil }
        self.items = items
        self.incomplete = incomplete
        self.categories = categories
        self.weights = weights
        self.cells = cells
        self.places = places ?? categories.indices.map(Double.init)
        let all = Self.sum(cells, [Int](repeating: 1, count: cells.count))
        let shares = Self.shares(all, self.places, weights)
        (observed, expected) = (shares.observed, shares.expected)
        var counts: [Value: [Value: Int]] = [:]
        for (cell, times) in all.enumerated() where times > 0 {
            counts[categories[cell / count], default: [:]][categories[cell % count]] = times
        }
        self.counts = counts
    }

    /// - Parameter pairs: what each of the two said of each item; each item is a cluster of its own.
    public init?(
        _ pairs: [(first: Value, second: Value)], categories: [Value],
        weights: AgreementWeights = .unweighted
    ) {
        self.init(
            RatingTable([pairs.map { $0.first }, pairs.map { $0.second }]), categories: categories,
            weights: weights)
    }

    /// κ; nil where both used one and the same class alone: then nothing can be said.
    public var kappa: Double? { value }

    private static func sum(_ cells: [[Int]], _ drawn: [Int]) -> [Int] {
        var all = [Int](repeating: 0, count: cells.first?.count ?? 0)
        for (cluster, times) in drawn.enumerated() where times > 0 {
            for cell in all.indices { all[cell] += times * cells[cluster][cell] }
        }
        return all
    }

    private static func shares(
        _ table: [Int], _ places: [Double], _ weights: AgreementWeights
    ) -> (observed: Double, expected: Double, kappa: Double?) {
        let count = places.count
        var rows = [Int](repeating: 0, count: count)
        var columns = rows
        for (cell, times) in table.enumerated() {
            rows[cell / count] += times
            columns[cell % count] += times
        }
        let all = rows.reduce(0, +)
        guard all > 0 else { return (0, 0, nil) }
        var (agreed, chance) = (0.0, 0.0)
        for first in 0..<count {
            for second in 0..<count {
                let weight = weights.weight(first, second, at: places)
                agreed += weight * Double(table[first * count + second])
                chance += weight * Double(rows[first] * columns[second])
            }
        }
        let total = Double(all)
        // Told in whole numbers, so that rounding cannot make a figure out of nothing.
        let isOne = zip(rows, columns).contains { $0.0 == all && $0.1 == all }
        return (
            agreed / total, chance / (total * total),
            isOne ? nil : (agreed * total - chance) / (total * total - chance)
        )
    }
}

extension CohenKappa: ResampledStatistic {
    public var clusterCount: Int { cells.count }

    public var comparedClusters: [Int] {
        cells.indices.filter { cells[$0].contains { $0 > 0 } }
    }

    public func value(drawn: [Int]) -> Double? {
        Self.shares(Self.sum(cells, drawn), places, weights).kappa
    }
}
