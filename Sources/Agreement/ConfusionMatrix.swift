/// How often one side said one thing where the other said another.
public struct ConfusionMatrix<Value: Hashable & Sendable>: Hashable, Sendable {
    public let categories: [Value]
    /// Rows are what the first side said, columns what the second.
    public let counts: [[Int]]

    /// - Parameter pairs: those with a value that is no category are passed over.
    public init(_ pairs: [(first: Value, second: Value)], categories: [Value]) {
        let numbers = Dictionary(
            categories.enumerated().map { ($0.element, $0.offset) },
            uniquingKeysWith: { one, _ in one }
        )
        var counts = [[Int]](
            repeating: [Int](repeating: 0, count: categories.count), count: categories.count)
        for pair in pairs {
            guard let first = numbers[pair.first], let second = numbers[pair.second] else {
                continue
            }
            counts[first][second] += 1
        }
        self.categories = categories
        self.counts = counts
    }

    /// All pairs of raters, both ways round: symmetric, since no rater is the first.
    public init(_ table: RatingTable<Value>, categories: [Value]) {
        var pairs: [(first: Value, second: Value)] = []
        for unit in 0..<table.units {
            let values = table.values(ofUnit: unit)
            for (place, value) in values.enumerated() {
                for (other, second) in values.enumerated() where other != place {
                    pairs.append((value, second))
                }
            }
        }
        self.init(pairs, categories: categories)
    }
}
