import SystemCalls

/// The format `parquet`: Protocols/formats/export.md. Rows go to DuckDB's own program as CSV, by a pipe.
struct ParquetWriter: FormatWriter {
    private let missing = MissingSamples()

    func check(_ options: ExportOptions) throws(ExportError) {
        _ = try DuckDBProgram(named: options.duckDB)
    }

    func write(_ session: SessionExport, samples: [SampleSource], to output: FormatOutput) throws {
        let program = try DuckDBProgram(named: output.options.duckDB)
        for table in samples {
            let folder = "samples/stream=\(table.name.dropFirst(ColumnNames.samplePrefix.count))"
            let isPartitioned = output.options.isPartitioned
            let file =
                isPartitioned
                ? "\(folder)/\(HiveFolders.path(of: session.key, in: session.entry.study))/data_0.parquet"
                : "\(folder)/\(session.key.session).parquet"
            try program.convert(
                table.columns,
                constants: isPartitioned
                    ? []
                    : [
                        ("participant", session.key.participant), ("session", session.key.session),
                    ], longest: 0, to: output.folder.place(file), output.run
            ) { csv in
                try CSVTables.write(table, to: csv, output.run)
                missing.add(csv.missingValues, table.columns, in: table.name)
            }
            output.folder.add(file, table.name, rows: table.rows, isSamples: true)
        }
    }

    func jobs(
        tables: [any TableSource], of facts: DatasetFacts, to output: FormatOutput
    ) throws -> [@Sendable () throws -> Void] {
        let program = try DuckDBProgram(named: output.options.duckDB)
        let codebook = Codebook(tables: tables, facts, missing: missing)
        var jobs: [@Sendable () throws -> Void] = tables.map { table in
            {
                if output.options.isPartitioned {
                    return try PartitionedParquet(program: program, output: output).write(
                        table, longest: table.longestRow)
                }
                let file = "\(table.name).parquet"
                try program.convert(
                    table.columns, longest: table.longestRow, to: output.folder.place(file),
                    output.run
                ) { try CSVTables.write(table, to: $0, output.run) }
                output.folder.add(file, table.name, rows: table.rows)
            }
        }
        jobs.append {
            let file = "codebook.parquet"
            try program.convert(
                Codebook.columns, longest: 0, to: output.folder.place(file), output.run,
                codebook.write)
            output.folder.add(file, "codebook", rows: codebook.tables.last?.rows)
        }
        return jobs
    }
}

extension TableSource {
    /// Bytes that a row of CSV can have at most: numbers have 40, and each byte of a text may be a quote.
    fileprivate var longestRow: Int {
        zip(columns, statistics).reduce(0) { $0 + 2 * $1.1.longest + $1.0.name.utf8.count + 40 }
    }
}
