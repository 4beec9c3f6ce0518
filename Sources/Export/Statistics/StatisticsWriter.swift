/// A format of a statistics package: a data file or two for each table, with the codebook beside them, since
/// labels are cut.
protocol StatisticsWriter: FormatWriter {
    /// Writes one table.
    /// - Parameters:
    ///   - names: of the tables that are written into the same folder, this one's among them.
    ///   - folder: where it belongs: empty, or a name with a slash.
    func write(
        _ table: any TableSource, among names: [String], _ folder: String, to output: FormatOutput
    ) throws

    /// A script that belongs to the files; nil where there is none.
    func script(_ tables: [any TableSource], _ facts: DatasetFacts) -> (name: String, text: String)?
}

extension StatisticsWriter {
    func write(_ session: SessionExport, samples: [SampleSource], to output: FormatOutput) throws {
        for table in samples {
            try write(
                table, among: samples.map(\.name), output.subfolder(of: session), to: output)
        }
    }

    func jobs(
        tables: [any TableSource], of facts: DatasetFacts, to output: FormatOutput
    ) throws -> [@Sendable () throws -> Void] {
        let codebook = Codebook(tables: tables, facts, missing: MissingSamples())
        let names = tables.map(\.name)
        var jobs: [@Sendable () throws -> Void] = tables.map { table in
            { try write(table, among: names, "", to: output) }
        }
        jobs.append {
            try codebook.writeCSV(to: output)
            if let (name, text) = script(tables, facts) {
                try output.folder.write(text, to: name, "script")
            }
        }
        return jobs
    }

    func script(
        _ tables: [any TableSource], _ facts: DatasetFacts
    ) -> (name: String, text: String)? { nil }
}
