/// The format `spss`: `.sav` files, or `.zsav` ones where compression is asked for.
/// Protocols/formats/statistics.md.
struct SPSSWriter: StatisticsWriter {
    func write(
        _ table: any TableSource, among names: [String], _ folder: String, to output: FormatOutput
    ) throws {
        let isSamples = table is SampleSource
        let isPacked = output.options.isCompressed
        let file = "\(folder)\(table.name).\(isPacked ? "zsav" : "sav")"
        // A text takes as much room as the column's longest, most of it blanks; samples would only grow.
        let packing: ReadStatFile.Packing = isPacked ? .zlib : isSamples ? .plain : .rows
        try StatisticsTable(table, .spss, .spss(packing))
            .write(to: output.folder.place(file), as: file, output)
        output.folder.add(file, table.name, rows: table.rows, isSamples: isSamples)
    }
}
