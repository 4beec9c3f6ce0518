import Agreement
import Export
import Reports
import SimulatedClient

/// How far two people who coded a sample agree, and the machine with each.
struct AgreementReport {
    /// The two coders; nil without an item that both coded.
    var coders: CohenKappa<AdoptionClass>?
    /// Each coder with the machine, by the coder's number; those without an item lack.
    var machine: [Int: CohenKappa<AdoptionClass>] = [:]
    /// Items that are coded by one alone, and items that none of the files has.
    var incomplete = 0
    var unknown = 0
    /// What the resamples of the intervals follow from.
    private let seed: UInt64

    init(_ table: CodedTable, _ messages: [MessageProvenance], seed: UInt64) {
        let classes = Dictionary(
            messages.map { ($0.item, $0.report.adoption) }, uniquingKeysWith: { first, _ in first })
        var both: [(first: AdoptionClass, second: AdoptionClass)] = []
        var one: [[(first: AdoptionClass, second: AdoptionClass)]] = [[], []]
        for item in table.items {
            if (item.first == nil) != (item.second == nil) { incomplete += 1 }
            if let first = item.first, let second = item.second { both.append((first, second)) }
            guard let found = classes[item.item] else {
                unknown += 1
                continue
            }
            if let first = item.first { one[0].append((first, found)) }
            if let second = item.second { one[1].append((second, found)) }
        }
        self.seed = seed
        coders = CohenKappa(both, categories: AdoptionClass.allCases)
        for (place, pairs) in one.enumerated() {
            machine[place + 1] = CohenKappa(pairs, categories: AdoptionClass.allCases)
        }
    }

    var lines: [String] {
        var table = TextTable([
            .left("agreement"), .right("items"), .right("observed"), .right("by chance"),
            .right("κ"), .right("95% from"), .right("to"),
        ])
        func add(_ name: String, _ kappa: CohenKappa<AdoptionClass>?) {
            guard let kappa else { return }
            func decimal(_ value: Double?) -> String {
                value.map { ReadableNumber.decimal($0, 2) } ?? "-"
            }
            let interval = kappa.interval(seed: seed)
            table.append([
                name, "\(kappa.items)", decimal(kappa.observed), decimal(kappa.expected),
                decimal(kappa.kappa), decimal(interval?.low), decimal(interval?.high),
            ])
        }
        add("coder 1, coder 2", coders)
        add("coder 1, machine", machine[1])
        add("coder 2, machine", machine[2])
        var lines = table.lines
        if [coders, machine[1], machine[2]].contains(where: { $0 != nil && $0?.kappa == nil }) {
            lines.append("κ says nothing where both use one and the same class alone")
        }
        if incomplete > 0 { lines.append("\(incomplete) items are coded by one of the two alone") }
        if unknown > 0 {
            lines.append(
                "look at this: \(unknown) items are in none of the files; give those that the sample "
                    + "was drawn from")
        }
        for (name, kappa) in [("coder 1 \\ coder 2", coders)] {
            guard let kappa else { continue }
            lines += [""] + Self.cross(name, kappa)
        }
        for coder in [1, 2] {
            guard let kappa = machine[coder] else { continue }
            lines += [""] + Self.cross("coder \(coder) \\ machine", kappa)
        }
        return lines
    }

    private static func cross(_ name: String, _ kappa: CohenKappa<AdoptionClass>) -> [String] {
        var table = TextTable([.left(name)] + AdoptionClass.allCases.map { .right($0.label) })
        for first in AdoptionClass.allCases {
            table.append(
                [first.label]
                    + AdoptionClass.allCases.map { "\(kappa.counts[first]?[$0] ?? 0)" })
        }
        return table.lines
    }
}

extension AgreementReport: Encodable {
    private enum Key: String, CodingKey {
        case coders, coder1Machine, coder2Machine, incomplete, unknown
    }

    private struct Row: Encodable {
        var items: Int
        var observed: Double
        var expected: Double
        var kappa: Double?
        var low: Double?
        var high: Double?
        /// First said, then second said, then how often.
        var counts: [String: [String: Int]]

        init(_ kappa: CohenKappa<AdoptionClass>, seed: UInt64) {
            items = kappa.items
            observed = kappa.observed
            expected = kappa.expected
            self.kappa = kappa.kappa
            let interval = kappa.interval(seed: seed)
            low = interval?.low
            high = interval?.high
            counts = [:]
            for (first, row) in kappa.counts {
                for (second, count) in row {
                    counts[first.rawValue, default: [:]][second.rawValue] = count
                }
            }
        }
    }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        try object.encodeIfPresent(coders.map { Row($0, seed: seed) }, forKey: .coders)
        try object.encodeIfPresent(machine[1].map { Row($0, seed: seed) }, forKey: .coder1Machine)
        try object.encodeIfPresent(machine[2].map { Row($0, seed: seed) }, forKey: .coder2Machine)
        try object.encode(incomplete, forKey: .incomplete)
        try object.encode(unknown, forKey: .unknown)
    }
}
