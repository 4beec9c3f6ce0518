/// Krippendorff's α for unitising: how far raters agree both on where units are and on what they are.
///
/// The coefficients are those of Krippendorff, K., Mathet, Y., Bouvry, S., and Widlöcher, A., 2016, On the
/// reliability of unitizing textual continua: Further developments, Quality & Quantity 50, 2347–2364 (ᵤα,
/// equations 1 to 5, and |ᵤα, equation 6; also Krippendorff, 2019, section 12.6). Several continua count as
/// one behind the other, in which no unit goes from one into the next. Since a gap counts as made of its
/// smallest pieces and a unit as a whole, the figure depends a little on how small the pieces are.
///
/// γ (Mathet, Y., Widlöcher, A., and Métivier, J.-P., 2015) is not used: its expected disorder is drawn at
/// random and depends on settings, so that figures of two programs cannot be compared digit by digit.
public struct UnitizingAlpha: Hashable, Sendable {
    /// Whether marks are told apart by what they say.
    public enum Kind: String, Hashable, Sendable {
        /// ᵤα: places and values.
        case valued
        /// |ᵤα: marked or not.
        case binary
    }

    /// Sums of one cluster. Value 0 is a gap.
    private struct Sums: Hashable {
        var coincidences: [Double]
        var self2: [Double]
    }

    public let kind: Kind
    public let continua: Int
    /// Units that were marked, overlapping ones of one value and rater counted as one.
    public let units: Int
    private let valueCount: Int
    private let sums: [Sums]

    /// - Returns: nil where one rater's units of different values overlap: then it is no partition.
    public init?(_ continua: [MarkedContinuum], kind: Kind = .valued) {
        self.kind = kind
        let values = Set(continua.flatMap { $0.raters.flatMap { $0.map(\.value) } }).sorted()
        let numbers = Dictionary(
            uniqueKeysWithValues: values.enumerated().map { ($0.element, $0.offset + 1) })
        let count = values.count + 1
        var clusters: [Int: Int] = [:]
        var sums: [Sums] = []
        var units = 0
        var used = 0
        for continuum in continua where continuum.raters.count >= 2 && continuum.length > 0 {
            var parts: [[Part]] = []
            for marked in continuum.raters {
                guard let found = Self.partition(marked, continuum.length, numbers) else {
                    return nil
                }
                units += found.count { $0.value > 0 }
                parts.append(found)
            }
            used += 1
            let known = clusters[continuum.cluster]
            let place = known ?? sums.count
            if known == nil {
                clusters[continuum.cluster] = place
                sums.append(
                    Sums(
                        coincidences: [Double](repeating: 0, count: count * count),
                        self2: [Double](repeating: 0, count: count)))
            }
            Self.add(parts, to: &sums[place], count)
        }
        self.continua = used
        self.units = units
        valueCount = count
        self.sums = sums
    }

    private struct Part {
        var start: Int
        var end: Int
        var value: Int
    }

    /// The whole continuum in units and gaps; nil where units of different values overlap.
    private static func partition(
        _ units: [MarkedUnit], _ length: Int, _ numbers: [String: Int]
    ) -> [Part]? {
        var parts: [Part] = []
        let clipped = units.map {
            Part(
                start: max($0.start, 0), end: min($0.end, length), value: numbers[$0.value] ?? 0)
        }.filter { $0.start < $0.end }.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
        for unit in clipped {
            if let last = parts.last, unit.start < last.end {
                guard last.value == unit.value else { return nil }
                parts[parts.count - 1].end = max(last.end, unit.end)
                continue
            }
            let from = parts.last?.end ?? 0
            if unit.start > from { parts.append(Part(start: from, end: unit.start, value: 0)) }
            parts.append(unit)
        }
        let from = parts.last?.end ?? 0
        if from < length { parts.append(Part(start: from, end: length, value: 0)) }
        return parts
    }

    private static func add(_ raters: [[Part]], to sums: inout Sums, _ count: Int) {
        let share = 1 / Double(raters.count - 1)
        for (place, parts) in raters.enumerated() {
            for part in parts {
                let length = Double(part.end - part.start)
                sums.self2[part.value] += part.value == 0 ? length : length * length
            }
            for (other, others) in raters.enumerated() where other != place {
                // Both are in order and cover everything: walk along both at once.
                var (one, two) = (0, 0)
                while one < parts.count, two < others.count {
                    let from = max(parts[one].start, others[two].start)
                    let to = min(parts[one].end, others[two].end)
                    sums.coincidences[parts[one].value * count + others[two].value] +=
                        Double(to - from) * share
                    if parts[one].end == to { one += 1 }
                    if others[two].end == to { two += 1 }
                }
            }
        }
    }
}

extension UnitizingAlpha: ResampledStatistic {
    public var clusterCount: Int { sums.count }

    /// α; nil where nothing is marked, or everything as one and the same.
    public func value(drawn: [Int]) -> Double? {
        let count = valueCount
        var table = [Double](repeating: 0, count: count * count)
        var ownPairs = 0.0
        for (cluster, times) in drawn.enumerated() where times > 0 {
            for cell in table.indices {
                table[cell] += Double(times) * sums[cluster].coincidences[cell]
            }
            ownPairs += Double(times) * sums[cluster].self2.reduce(0, +)
        }
        var lengths = [Double](repeating: 0, count: count)
        for (cell, length) in table.enumerated() { lengths[cell / count] += length }
        let total = lengths.reduce(0, +)
        guard total * total > ownPairs else { return nil }
        var (observed, expected) = (0.0, 0.0)
        switch kind {
        case .valued:
            observed = total
            expected = total * total
            for value in 0..<count {
                observed -= table[value * count + value]
                expected -= lengths[value] * lengths[value]
            }
        case .binary:
            observed = 2 * (lengths[0] - table[0])
            expected = 2 * lengths[0] * (total - lengths[0])
        }
        guard lengths.count(where: { $0 > 0 }) > 1, expected > 0 else { return nil }
        return 1 - observed * (total * total - ownPairs) / (total * expected)
    }
}
