/// The format `csv`: Protocols/formats/csv.md.
struct CSVWriter: FormatWriter {
    private let missing = MissingSamples()

    func write(_ session: SessionExport, samples: [SampleSource], to output: FormatOutput) throws {
        for table in samples {
            let file = "\(output.subfolder(of: session))\(table.name).csv"
            let place = try output.folder.place(file)
            let lacking = try CSVTables.write(table, to: place, output.run)
            missing.add(lacking, table.columns, in: table.name)
            output.folder.add(file, table.name, rows: table.rows, isSamples: true)
        }
    }

    func jobs(
        tables: [any TableSource], of facts: DatasetFacts, to output: FormatOutput
    ) throws -> [@Sendable () throws -> Void] {
        let codebook = Codebook(tables: tables, facts, missing: missing)
        var jobs: [@Sendable () throws -> Void] = tables.map { table in
            {
                let file = "\(table.name).csv"
                try CSVTables.write(table, to: output.folder.place(file), output.run)
                output.folder.add(file, table.name, rows: table.rows)
            }
        }
        jobs.append { try codebook.writeCSV(to: output) }
        jobs.append {
            let page = CodebookPage(codebook, facts, isStudy: output.isStudy)
            try output.folder.write(page.text, to: CodebookPage.file, "codebook page")
            let package = DataPackage(tables, facts, isStudy: output.isStudy)
            try output.folder.write(package.text(), to: DataPackage.file, "data package")
        }
        return jobs
    }
}
