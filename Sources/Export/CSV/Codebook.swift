import SystemCalls

/// What every column of an export means.
struct Codebook: Sendable {
    /// A table as the codebook describes it: samples once for all sessions that have them.
    struct Table: Sendable {
        var name: String
        var title: String
        var columns: [TableColumn]
        var isSamples: Bool
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

    init(tables: [any TableSource], _ facts: DatasetFacts) throws {
        var all = tables.map {
            Table(name: $0.name, title: $0.title, columns: $0.columns, isSamples: false)
        }
        var samples: [String: [TableColumn]] = [:]
        for session in facts.sessions {
            for (name, columns) in session.sampleColumns {
                let known = samples[name] ?? []
                let names = Set(known.map(\.name))
                samples[name] = known + columns.filter { !names.contains($0.name) }
            }
        }
        for (name, columns) in samples.sorted(by: { $0.key < $1.key }) {
            let stream = name.dropFirst(ColumnNames.samplePrefix.count)
            all.append(
                Table(
                    name: name, title: "A sample of the stream \(stream)", columns: columns,
                    isSamples: true))
        }
        all.append(
            Table(
                name: "codebook", title: "A column of a table", columns: Self.columns,
                isSamples: false))
        self.tables = all
    }

    func writeCSV(to output: FormatOutput) throws {
        let file = try CSVFile(path: output.folder.place(Self.file), columns: Self.columns)
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
        output.folder.add(Self.file, "codebook", rows: file.rows)
    }
}

extension Codebook.Table {
    /// Names of at most 8 characters, unique in the table, one a column.
    var shortNames: [String] { columns.shortNames }
}

extension [TableColumn] {
    /// Names of at most 8 characters, unique in the table, one a column.
    var shortNames: [String] {
        var names = ColumnNames()
        return map { String(names.column($0.name).prefix(8)) }
    }
}

extension TableColumn {
    /// `1=participant; 2=client`.
    var labelText: String {
        labels.map { label in
            let number =
                label.value == label.value.rounded() && label.value.magnitude < 1e15
                ? "\(Int64(label.value))" : "\(label.value)"
            return "\(number)=\(label.text)"
        }.joined(separator: "; ")
    }
}
