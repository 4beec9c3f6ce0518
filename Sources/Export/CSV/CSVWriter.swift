/// The format `csv`: Protocols/formats/csv.md.
struct CSVWriter: FormatWriter {
    func write(_ session: SessionExport, samples: [SampleSource], to output: FormatOutput) throws {
        for table in samples {
            let file = "\(output.subfolder(of: session))\(table.name).csv"
            let place = try output.folder.place(file)
            _ = try CSVTables.write(table, to: place, output.run)
            output.folder.add(file, table.name, rows: table.rows, isSamples: true)
        }
    }

    func jobs(
        tables: [any TableSource], of facts: DatasetFacts, to output: FormatOutput
    ) throws -> [@Sendable () throws -> Void] {
        let codebook = try Codebook(tables: tables, facts)
        var jobs: [@Sendable () throws -> Void] = tables.map { table in
            {
                let file = "\(table.name).csv"
                _ = try CSVTables.write(table, to: output.folder.place(file), output.run)
                output.folder.add(file, table.name, rows: table.rows)
            }
        }
        jobs.append { try codebook.writeCSV(to: output) }
        return jobs
    }
}
