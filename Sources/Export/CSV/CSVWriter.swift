/// The format `csv`, and the format `r`, which is the same with another script: Protocols/formats/csv.md.
struct CSVWriter: FormatWriter {
    private let missing = MissingSamples()
    /// Whether the only script is the one that R loads.
    var isForR = false

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
        let described = ScriptTables(tables, facts, isStudy: output.isStudy)
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
        if isForR {
            jobs.append {
                let script = RScript.text(described, file: RScript.loadFile)
                try output.folder.write(script, to: RScript.loadFile, "script")
            }
            return jobs
        }
        for (table, described) in zip(tables, described.tables) where described.hasLineBreaks {
            jobs.append { try Self.writeOneLine(table, to: output) }
        }
        jobs.append { try Self.writeScripts(described, to: output) }
        return jobs
    }

    /// A copy of a table for programs that take a line break in a text for the end of the row.
    private static func writeOneLine(_ table: any TableSource, to output: FormatOutput) throws {
        let file = "\(OneLine.folder)\(table.name).csv"
        output.run.expect(table.rows)
        _ = try CSVTables.write(
            table, to: output.folder.place(file), output.run, isOneLine: true)
        output.folder.add(file, "\(table.name) (one line)", rows: table.rows)
    }

    private static func writeScripts(_ tables: ScriptTables, to output: FormatOutput) throws {
        for (file, text) in [
            (SPSSScript.file, SPSSScript.text(tables)),
            (StataScript.file, StataScript.text(tables)),
            (SASScript.importFile, SASScript.importing(tables)),
            (RScript.importFile, RScript.text(tables, file: RScript.importFile)),
        ] { try output.folder.write(text, to: file, "script") }
    }
}
