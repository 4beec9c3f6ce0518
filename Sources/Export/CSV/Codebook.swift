import SystemCalls

/// What every column of an export means.
struct Codebook: Sendable {
    /// A table as the codebook describes it: samples once for all sessions that have them.
    struct Table: Sendable {
        var name: String
        var title: String
        var columns: [TableColumn]
        /// Of all sessions.
        var rows: Int64
        /// How many values each column lacks.
        var missing: [Int64]
        /// Of samples: how many sessions have them; nil for all other tables.
        var sessions: Int?

        var isSamples: Bool { sessions != nil }
    }

    static let file = "codebook.csv"
    static let columns = [
        TableColumn("table", .text, "", "Name of the table: the file's without its ending"),
        TableColumn("column", .text, "", "Name of the column"),
        TableColumn(
            "short", .text, "",
            "Name of at most 8 characters, unique in its table, for formats that allow no more"),
        TableColumn(
            "type", .text, "",
            "integer, real, text, category (one of the words in labels) or utc (ISO 8601 with "
                + "milliseconds); empty fields are missing"),
        TableColumn("unit", .text, "", "Unit of the values; empty where there is none"),
        TableColumn("meaning", .text, "", "What the column says"),
        TableColumn(
            "labels", .text, "",
            "What numbers mean, and the codes of words in formats with value labels: 1=yes; 2=no"),
    ]

    let tables: [Table]

    /// - Parameter missing: of samples, which only those who wrote them know.
    init(tables: [any TableSource], _ facts: DatasetFacts, missing: MissingSamples) {
        var all = tables.map { table in
            Table(
                name: table.name, title: table.title, columns: table.columns, rows: table.rows,
                missing: table.statistics.map { table.rows - $0.present })
        }
        var samples: [String: Table] = [:]
        for session in facts.sessions {
            for (name, columns) in session.sampleColumns {
                let stream = name.dropFirst(ColumnNames.samplePrefix.count)
                var table =
                    samples[name]
                    ?? Table(
                        name: name, title: "A sample of the stream \(stream)", columns: [], rows: 0,
                        missing: [], sessions: 0)
                table.columns.describe(columns)
                table.rows += session.samples[name] ?? 0
                table.sessions = (table.sessions ?? 0) + 1
                samples[name] = table
            }
        }
        for (name, table) in samples.sorted(by: { $0.key < $1.key }) {
            var table = table
            table.missing = table.columns.map { missing.count(of: $0.name, in: name) }
            all.append(table)
        }
        let described = all.flatMap(\.columns) + Self.columns
        all.append(
            Table(
                name: "codebook", title: "A column of a table", columns: Self.columns,
                rows: Int64(described.count),
                missing: Self.columns.map { column in
                    switch column.name {
                    case "unit": Int64(described.count(where: \.unit.isEmpty))
                    case "labels": Int64(described.count(where: \.labels.isEmpty))
                    default: 0
                    }
                }))
        self.tables = all
    }

    func writeCSV(to output: FormatOutput) throws {
        let file = try CSVFile(path: output.folder.place(Self.file), columns: Self.columns)
        try write(to: file)
        output.folder.add(Self.file, "codebook", rows: file.rows)
    }

    /// Writes all rows, and closes the file.
    func write(to file: CSVFile) throws {
        for table in tables {
            for (column, short) in zip(table.columns, table.shortNames) {
                file.text(table.name)
                file.text(column.name)
                file.text(short)
                file.text(column.kind.codebookName)
                file.text(column.unit.isEmpty ? nil : column.unit)
                file.text(column.meaning)
                file.text(column.labels.isEmpty ? nil : column.labelText)
                try file.endRow()
            }
        }
        try file.close()
    }
}

extension Codebook.Table {
    /// Names of at most 8 characters, unique in the table, one a column. Columns of samples differ in their
    /// first 8 within each session; those of two sessions never stand in one file.
    var shortNames: [String] {
        isSamples ? columns.map { String($0.name.prefix(8)) } : columns.shortNames
    }
}

extension [TableColumn] {
    /// Adds the columns of another session's samples. Devices are replaced and set up anew while a study runs:
    /// of a column that both have, what holds in both sessions stays.
    mutating func describe(_ others: [TableColumn]) {
        let differs = "; not the same in all sessions, see channels"
        for other in others {
            guard let place = firstIndex(where: { $0.name == other.name }) else {
                append(other)
                continue
            }
            if self[place] == other { continue }
            if self[place].kind != other.kind { self[place].kind = .real }
            if self[place].unit != other.unit { self[place].unit = "" }
            if !self[place].meaning.hasSuffix(differs) { self[place].meaning += differs }
        }
    }

    /// Names of at most 8 characters, unique in the table, one a column.
    var shortNames: [String] {
        var names = ColumnNames()
        return map { String(names.column($0.name).prefix(8)) }
    }
}

extension TableColumn {
    /// `1=participant; 2=client`.
    var labelText: String {
        labels.map { "\($0.number)=\($0.text)" }.joined(separator: "; ")
    }
}

extension TableColumn.Label {
    /// The value without a point where it is whole.
    var number: String {
        value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}
