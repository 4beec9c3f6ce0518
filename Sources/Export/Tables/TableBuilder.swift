import SystemCalls

/// Takes the rows of a table, field by field, in the order of its columns.
///
/// Used by one thread.
final class TableBuilder {
    let name: String
    let title: String
    let columns: [TableColumn]
    private(set) var rows: Int64 = 0
    private let spool: Spool
    private var pieces: [TableSpool.Piece] = []
    private var statistics: [ColumnStatistics]
    private var values: [ColumnValues]
    private var waiting = 0
    /// Bytes of the texts that wait.
    private var weight = 0
    private var field: Int
    /// What stands in the first columns of every row.
    private let keys: [String]

    /// Rows of a batch, and bytes of texts beyond which one is closed earlier.
    private static let batch = 4096
    private static let heaviest = 1 << 20

    /// The tables of one session share a file.
    final class Spool {
        let file: SpoolFile
        fileprivate var end: Int64 = 0

        init(in directory: String) throws(SystemError) { file = try SpoolFile(in: directory) }
    }

    /// - Parameters:
    ///   - keys: what stands in the first columns of every row; fields begin behind them.
    ///   - columns: all, those of the keys first.
    init(
        _ name: String, _ title: String, keys: [String], _ columns: [TableColumn], spool: Spool
    ) {
        self.name = name
        self.title = title
        self.keys = keys
        self.columns = columns
        self.spool = spool
        field = keys.count
        statistics = columns.map { _ in ColumnStatistics() }
        values = Self.empty(columns)
    }

    private static func empty(_ columns: [TableColumn]) -> [ColumnValues] {
        columns.map { column in
            switch column.kind.storage {
            case .integers: .integers([], isMissing: [])
            case .reals: .reals([])
            case .texts: .texts([])
            }
        }
    }

    /// A field without a value.
    func missing() {
        switch columns[field].kind.storage {
        case .integers: add(0, isMissing: true)
        case .reals: add(.nan)
        case .texts: add(nil)
        }
    }

    func integer(_ value: Int64?) {
        guard let value else { return missing() }
        add(value, isMissing: false)
    }

    /// A NaN is a missing value.
    func real(_ value: Double?) { add(value ?? .nan) }

    /// - Parameter nanoseconds: for a column of kind `milliseconds`.
    func milliseconds(_ nanoseconds: Int64?) { integer(nanoseconds) }

    /// - Parameter realtime: nanoseconds since 1970-01-01 UTC.
    func utc(_ realtime: Int64?) { integer(realtime) }

    func text(_ value: String?) { add(value) }

    func flag(_ value: Bool?) { integer(value.map { $0 ? 1 : 0 }) }

    /// Ends a row, of which each column has a field.
    func endRow() throws(SystemError) {
        precondition(field == columns.count, "\(name) got \(field) fields of \(columns.count)")
        field = keys.count
        rows += 1
        waiting += 1
        if waiting == Self.batch || weight > Self.heaviest { try flush() }
    }

    /// The table, once all rows are there.
    func close() throws(SystemError) -> TableSpool {
        try flush()
        return TableSpool(
            name: name, title: title, columns: columns, statistics: statistics, file: spool.file,
            pieces: pieces)
    }

    private func flush() throws(SystemError) {
        if waiting == 0 { return }
        for (place, key) in keys.enumerated() {
            values[place] = .texts([String?](repeating: key, count: waiting))
        }
        for place in columns.indices {
            statistics[place].take(values[place], isCategory: columns[place].kind == .category)
        }
        let bytes = BatchCoder.encode(TableBatch(count: waiting, columns: values))
        try spool.file.write(bytes, at: spool.end)
        pieces.append(.init(offset: spool.end, length: bytes.count, rows: waiting))
        spool.end += Int64(bytes.count)
        values = Self.empty(columns)
        waiting = 0
        weight = 0
    }

    private func add(_ value: Int64, isMissing: Bool) {
        guard case .integers(var numbers, var flags) = values[field] else {
            preconditionFailure("\(name): \(columns[field].name) holds no whole numbers")
        }
        // The array must not be held twice, or each value would copy it.
        values[field] = .reals([])
        numbers.append(value)
        if isMissing, flags.isEmpty { flags = [Bool](repeating: false, count: waiting) }
        if isMissing || !flags.isEmpty { flags.append(isMissing) }
        values[field] = .integers(numbers, isMissing: flags)
        field += 1
    }

    private func add(_ value: Double) {
        guard case .reals(var numbers) = values[field] else {
            preconditionFailure("\(name): \(columns[field].name) holds no reals")
        }
        values[field] = .reals([])
        numbers.append(value)
        values[field] = .reals(numbers)
        field += 1
    }

    private func add(_ value: String?) {
        guard case .texts(var texts) = values[field] else {
            preconditionFailure("\(name): \(columns[field].name) holds no texts")
        }
        values[field] = .reals([])
        texts.append(value)
        weight += value?.utf8.count ?? 0
        values[field] = .texts(texts)
        field += 1
    }
}
