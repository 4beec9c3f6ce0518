/// The format `spss`: `.sav` files, or `.zsav` ones where compression is asked for.
/// Protocols/formats/statistics.md.
struct SPSSWriter: StatisticsWriter {
    /// Bytes of rows up to which a table is packed: libreadstat keeps what it packed until the end.
    private static let largestPacked: Int64 = 64 << 20

    func write(
        _ table: any TableSource, among names: [String], _ folder: String, to output: FormatOutput
    ) throws {
        let isSamples = table is SampleSource
        var isPacked = output.options.isCompressed
        if isPacked, StatisticsTable.bytes(of: table, .spss) > Self.largestPacked {
            isPacked = false
            output.notes.add(
                "\(folder)\(table.name).sav: too large to be packed, which takes memory for all of it"
            )
        }
        let file = "\(folder)\(table.name).\(isPacked ? "zsav" : "sav")"
        // A text takes as much room as the column's longest, most of it blanks; samples would only grow.
        let packing: ReadStatFile.Packing = isPacked ? .zlib : isSamples ? .plain : .rows
        try StatisticsTable(table, .spss, .spss(packing))
            .write(to: output.folder.place(file), as: file, output)
        output.folder.add(file, table.name, rows: table.rows, isSamples: isSamples)
    }
}
