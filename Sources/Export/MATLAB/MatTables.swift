import SystemCalls

/// Writes the tables of all sessions into one MAT-file: a struct of columns each, and what the columns mean.
enum MatTables {
    /// How a column's numbers are kept.
    enum Kind {
        case text
        /// Divided by this; NaN is a missing value.
        case real(Double)
        /// Whole numbers beyond 2^53, as int64; the lowest one is a missing value.
        case long

        /// Doubles hold all whole numbers up to this.
        private static let exact = 9_007_199_254_740_992.0

        init(_ column: TableColumn, _ statistics: ColumnStatistics) {
            switch column.kind {
            case .text, .category: self = .text
            case .milliseconds: self = .real(1e6)
            case .utc: self = .real(1e9)
            case .real: self = .real(1)
            case .integer:
                let isExact =
                    statistics.present == 0
                    || statistics.minimum >= -Self.exact && statistics.maximum <= Self.exact
                self = isExact ? .real(1) : .long
            }
        }
    }

    /// - Parameter largest: bytes of data in a variable at most, about.
    static func write(
        _ tables: [any TableSource], to path: String, largest: Int, _ output: FormatOutput
    ) throws {
        let file = try MatFile(path: path)
        var names = MatNames()
        try file.write(names.unique("codebook"), codebook(tables))
        let list = names.unique("tables")
        var written: [[MatValue]] = []
        for table in tables {
            let variables = try write(
                table, names.unique(table.name, room: 8), to: file, largest, output.run)
            written.append([
                .text(table.name), .text(table.title), .real(Double(table.rows)), .texts(variables),
            ])
            if variables.count > 1 {
                output.notes.add(
                    "tables.mat: the \(table.rows) rows of \(table.name) are in \(variables.count) "
                        + "variables: \(variables[0]), \(variables[1])"
                        + (variables.count > 2 ? ", …" : ""))
            }
        }
        try file.write(list, .structures(["name", "title", "rows", "variables"], written))
        try file.close()
    }

    private static func codebook(_ tables: [any TableSource]) -> MatValue {
        let fields = ["table", "column", "field", "type", "unit", "meaning", "values"]
        return .structures(
            fields,
            tables.flatMap { table in
                zip(table.columns, table.statistics).map { column, statistics -> [MatValue] in
                    let (type, unit) = words(column, Kind(column, statistics))
                    return [
                        .text(table.name), .text(column.name), .text(MatNames.field(column.name)),
                        .text(type), .text(unit), .text(column.meaning),
                        .structure([
                            ("value", .column(column.labels.map(\.value))),
                            ("label", .texts(column.labels.map(\.text))),
                        ]),
                    ]
                }
            })
    }

    private static func words(_ column: TableColumn, _ kind: Kind) -> (String, String) {
        switch kind {
        case .text: ("cell array of char", column.unit)
        case .long: ("int64; intmin('int64') is missing", column.unit)
        case .real:
            column.kind == .utc
                ? ("double; NaN is missing", "s since 1970-01-01 UTC")
                : ("double; NaN is missing", column.unit)
        }
    }

    /// - Returns: the names of the variables with the table's rows.
    private static func write(
        _ table: any TableSource, _ name: String, to file: MatFile, _ largest: Int, _ run: ExportRun
    ) throws -> [String] {
        let kinds = zip(table.columns, table.statistics).map { Kind($0, $1) }
        var part = Part(table.columns, kinds)
        var variables: [String] = []
        func end() throws {
            let suffix =
                variables.isEmpty ? "" : "\(MatStream.partSuffix)\(variables.count + 1)"
            try file.write(name + suffix, part.value)
            part = Part(table.columns, kinds)
            variables.append(name + suffix)
        }
        try table.forEachBatch { batch in
            try run.proceed(table.name)
            part.take(batch)
            run.count(Int64(batch.count))
            if part.weight > largest { try end() }
        }
        // A table without rows has its columns all the same.
        if part.rows > 0 || variables.isEmpty { try end() }
        return variables
    }

    /// Rows that wait to be written.
    private struct Part {
        let columns: [TableColumn]
        let kinds: [Kind]
        var rows = 0
        /// Bytes in memory, about.
        var weight = 0
        private var texts: [[String?]]
        private var reals: [[Double]]
        private var integers: [[Int64]]

        init(_ columns: [TableColumn], _ kinds: [Kind]) {
            self.columns = columns
            self.kinds = kinds
            texts = columns.map { _ in [] }
            reals = columns.map { _ in [] }
            integers = columns.map { _ in [] }
        }

        mutating func take(_ batch: TableBatch) {
            rows += batch.count
            for (place, values) in batch.columns.enumerated() {
                switch (values, kinds[place]) {
                case (.texts(let some), _):
                    texts[place] += some
                    // matio keeps each text as a variable of its own.
                    weight += some.reduce(0) { $0 + 400 + 3 * ($1?.utf8.count ?? 0) }
                case (.reals(let some), _):
                    reals[place] += some
                    weight += 8 * some.count
                case (.integers(let some, let isMissing), .real(let divisor)):
                    reals[place] += some.enumerated().map { row, value in
                        !isMissing.isEmpty && isMissing[row] ? .nan : Double(value) / divisor
                    }
                    weight += 8 * some.count
                case (.integers(let some, let isMissing), _):
                    integers[place] += some.enumerated().map { row, value in
                        !isMissing.isEmpty && isMissing[row] ? .min : value
                    }
                    weight += 8 * some.count
                }
            }
        }

        var value: MatValue {
            .structure(
                columns.enumerated().flatMap {
                    place, column -> [(name: String, value: MatValue)] in
                    let name = MatNames.field(column.name)
                    switch kinds[place] {
                    case .text: return MatValue.texts(name, texts[place])
                    case .real: return [(name, .column(reals[place]))]
                    case .long: return [(name, .integers(integers[place]))]
                    }
                })
        }
    }
}
