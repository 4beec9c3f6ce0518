/// Krippendorff's α: one minus the observed over the expected disagreement, for any number of raters, with
/// ratings missing.
///
/// Source: Krippendorff, K., 2011, Computing Krippendorff's alpha-reliability, University of Pennsylvania;
/// 2019, Content analysis, 4th edition, chapter 12.
public struct KrippendorffAlpha: Hashable, Sendable {
    /// How different two values are.
    public enum Level: String, Hashable, Sendable, CaseIterable {
        case nominal, ordinal, interval, ratio
    }

    public let level: Level
    public let units: Int
    /// Units with at least two ratings, the ratings in them, and the ratings that are missing.
    public let pairedUnits: Int
    public let pairable: Int
    public let missing: Int
    /// The values that occur in those units, in rising order.
    public let values: [Double]
    /// Coincidences of values, row by row, for each cluster.
    private let coincidences: [[Double]]

    /// - Parameter table: for nominal values any numbers that stand for them; for ratios not below 0.
    public init(_ table: RatingTable<Double>, level: Level) {
        self.level = level
        let paired = (0..<table.units).filter { table.values(ofUnit: $0).count >= 2 }
        let values = Set(paired.flatMap { table.values(ofUnit: $0) }).sorted()
        let numbers = Dictionary(
            uniqueKeysWithValues: values.enumerated().map { ($0.element, $0.offset) })
        var coincidences = [[Double]](
            repeating: [Double](repeating: 0, count: values.count * values.count),
            count: table.clusterCount)
        var pairable = 0
        for unit in paired {
            let codes = table.values(ofUnit: unit).compactMap { numbers[$0] }
            pairable += codes.count
            let share = 1 / Double(codes.count - 1)
            for (place, code) in codes.enumerated() {
                for (other, second) in codes.enumerated() where other != place {
                    coincidences[table.clusters[unit]][code * values.count + second] += share
                }
            }
        }
        units = table.units
        pairedUnits = paired.count
        missing = table.missing
        self.pairable = pairable
        self.values = values
        self.coincidences = coincidences
    }

    /// The squared difference of two values by their places, given how often each value occurs.
    private func difference(_ first: Int, _ second: Int, _ counts: [Double]) -> Double {
        guard first != second else { return 0 }
        switch level {
        case .nominal: return 1
        case .ordinal:
            let (low, high) = (min(first, second), max(first, second))
            let between = counts[low...high].reduce(0, +) - (counts[low] + counts[high]) / 2
            return between * between
        case .interval:
            let distance = values[first] - values[second]
            return distance * distance
        case .ratio:
            let sum = values[first] + values[second]
            guard sum != 0 else { return 0 }
            let distance = (values[first] - values[second]) / sum
            return distance * distance
        }
    }
}

extension KrippendorffAlpha: ResampledStatistic {
    public var clusterCount: Int { coincidences.count }

    public var comparedClusters: [Int] {
        coincidences.indices.filter { coincidences[$0].contains { $0 > 0 } }
    }

    /// α; nil where fewer than two different values occur, and for ratios below 0, which there are none.
    public func value(drawn: [Int]) -> Double? {
        if level == .ratio, let least = values.first, least < 0 { return nil }
        let count = values.count
        var table = [Double](repeating: 0, count: count * count)
        for (cluster, times) in drawn.enumerated() where times > 0 {
            for cell in table.indices { table[cell] += Double(times) * coincidences[cluster][cell] }
        }
        var counts = [Double](repeating: 0, count: count)
        for (cell, times) in table.enumerated() { counts[cell / max(count, 1)] += times }
        guard counts.count(where: { $0 > 0 }) > 1 else { return nil }
        var (observed, expected) = (0.0, 0.0)
        for first in 0..<count where counts[first] > 0 {
            for second in 0..<first where counts[second] > 0 {
                let difference = difference(first, second, counts)
                observed += 2 * difference * table[first * count + second]
                expected += 2 * difference * counts[first] * counts[second]
            }
        }
        let total = counts.reduce(0, +)
        return expected > 0 ? 1 - (total - 1) * observed / expected : nil
    }
}
