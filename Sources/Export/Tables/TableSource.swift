/// A table that a format writes: everything that has to be known before its first row, and its rows as
/// often as they are wanted.
///
/// Used by one thread at a time.
public protocol TableSource: Sendable {
    /// snake_case; the file's name without its ending.
    var name: String { get }
    /// What a row is, in words.
    var title: String { get }
    /// In order. Categories have all the words that occur among their labels.
    var columns: [TableColumn] { get }
    var rows: Int64 { get }
    /// What the rows hold, one a column.
    var statistics: [ColumnStatistics] { get }

    /// Hands out all rows in order, some thousands at a time.
    func forEachBatch(_ body: (TableBatch) throws -> Void) throws
}

extension TableSource {
    /// The place of a column; nil where there is none of that name.
    func place(of column: String) -> Int? { columns.firstIndex { $0.name == column } }
}

/// What the values of a column have in common.
public struct ColumnStatistics: Hashable, Sendable {
    /// Values that are not missing.
    public var present: Int64 = 0
    /// Of a text: UTF-8 bytes of the longest.
    public var longest = 0
    /// Of a text: whether any has what ends a line or a text elsewhere: a line feed, a carriage return or
    /// a NUL.
    public var hasLineBreak = false
    /// Of numbers, without those that are missing; of integers rounded as Double rounds.
    public var minimum = Double.infinity
    public var maximum = -Double.infinity
    /// Of a category: the words that occur.
    public var words: Set<String> = []

    public init() {}

    mutating func take(_ values: ColumnValues, isCategory: Bool) {
        switch values {
        case .integers(let values, let isMissing):
            for place in values.indices where isMissing.isEmpty || !isMissing[place] {
                present += 1
                take(Double(values[place]))
            }
        case .reals(let values):
            for value in values where !value.isNaN {
                present += 1
                take(value)
            }
        case .texts(let values):
            for case let value? in values {
                present += 1
                longest = max(longest, value.utf8.count)
                hasLineBreak = hasLineBreak || Self.hasLineBreak(value)
                if isCategory { words.insert(value) }
            }
        }
    }

    static func hasLineBreak(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            unsafe bytes.holds(0x0A) || bytes.holds(0x0D) || bytes.holds(0)
        }
    }

    private mutating func take(_ value: Double) {
        if value < minimum { minimum = value }
        if value > maximum { maximum = value }
    }

    mutating func merge(_ other: ColumnStatistics) {
        present += other.present
        longest = max(longest, other.longest)
        hasLineBreak = hasLineBreak || other.hasLineBreak
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
        words.formUnion(other.words)
    }
}
