/// Consecutive rows of a table, column by column.
public struct TableBatch: Sendable {
    /// How many rows.
    public var count: Int
    /// One a column of the table, each of `count` values.
    public var columns: [ColumnValues]

    public init(count: Int, columns: [ColumnValues]) {
        self.count = count
        self.columns = columns
    }
}

/// The values of one column in a batch.
public enum ColumnValues: Hashable, Sendable {
    /// Whole numbers; `isMissing` is as long as they are, or empty where none is missing. The value of
    /// a missing one is 0.
    case integers([Int64], isMissing: [Bool])
    /// A NaN is a missing value.
    case reals([Double])
    /// nil is a missing value, which an empty text is not.
    case texts([String?])

    public var count: Int {
        switch self {
        case .integers(let values, _): values.count
        case .reals(let values): values.count
        case .texts(let values): values.count
        }
    }
}

extension TableColumn.Kind {
    /// Which values a batch has for it.
    enum Storage { case integers, reals, texts }

    var storage: Storage {
        switch self {
        case .integer, .milliseconds, .utc: .integers
        case .real: .reals
        case .text, .category: .texts
        }
    }
}
