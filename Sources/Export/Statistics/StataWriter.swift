/// The format `stata`: `.dta` files of version 118. Protocols/formats/statistics.md.
struct StataWriter: StatisticsWriter {
    func write(
        _ table: any TableSource, among names: [String], _ folder: String, to output: FormatOutput
    ) throws {
        let file = "\(folder)\(table.name).dta"
        try StatisticsTable(table, .stata, .stata)
            .write(to: output.folder.place(file), as: file, output)
        output.folder.add(file, table.name, rows: table.rows, isSamples: table is SampleSource)
    }
}
