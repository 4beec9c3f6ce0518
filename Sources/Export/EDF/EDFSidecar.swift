import SessionStore

/// The table beside an EDF+ file: what of its signals is not as it was recorded, and by how much at most.
struct EDFSidecar {
    let name: String
    let session: SessionExport
    let streams: [EDFStream]
    let grids: [EDFGrid]
    let layout: EDFLayout

    private static let columns = [
        TableColumn("label", .text, "", "The signal's label in the file"),
        TableColumn.stream,
        TableColumn("channel", .text, "", "Name of the channel"),
        TableColumn("unit", .text, "", "Unit of the channel, as it was recorded"),
        TableColumn("rate_hz", .real, "Hz", "Points a second in the file"),
        TableColumn(
            "rule", .text, "", "nearest: a point has the nearest sample; held: until the next one"),
        TableColumn("samples", .integer, "", "Samples that were exported"),
        TableColumn("repeated", .integer, "", "Points that have a sample's value once more"),
        TableColumn("left_out", .integer, "", "Samples that no point has"),
        TableColumn(
            "largest_error_ms", .milliseconds, "ms",
            "Largest distance of a sample from its point in time"),
        TableColumn("digits", .text, "", "How the digits come of the stored values"),
        TableColumn(
            "value_error", .real, "",
            "Largest error of a value as readers compute it, in the channel's unit"),
        TableColumn("missing_digit", .integer, "", "The digit of points without a value"),
        TableColumn("missing_value", .real, "", "The same as readers compute it"),
    ]

    func write(to output: FormatOutput) throws {
        let path = String(name.dropLast(4)) + "_signals.csv"
        let file = try CSVFile(path: output.folder.place(path), columns: Self.columns)
        for (stream, grid) in zip(streams, grids) {
            for signal in grid.signals {
                let channel = stream.description.channels[signal.channel]
                file.text(signal.label)
                file.text(stream.description.name)
                file.text(channel.name)
                file.text(channel.unit)
                file.real(Double(grid.rule.count) * 1e9 / Double(grid.rule.record))
                file.text(grid.rule.isRegular ? "nearest" : "held")
                file.integer(grid.outcome.samples)
                file.integer(grid.outcome.repeated)
                file.integer(grid.outcome.leftOut)
                file.milliseconds(grid.outcome.largestError)
                file.text(signal.scale.relation)
                file.real(signal.scale.error)
                file.integer(Int64(signal.scale.missing))
                file.real(signal.scale.missingValue)
                try file.endRow()
            }
            note(stream, grid, output.notes)
        }
        try file.close()
        output.folder.add(path, "signals", rows: file.rows)
        if layout.added > 0 {
            output.notes.add(
                "\(name): \(layout.added) records without signals behind the end hold annotations")
        }
    }

    private func note(_ stream: EDFStream, _ grid: EDFGrid, _ notes: ExportNotes) {
        let outcome = grid.outcome
        let rule =
            grid.rule.isRegular
            ? "each point has the nearest sample" : "a sample's value stands until the next one's"
        var words =
            "\(name): \(stream.description.name) is on a grid of "
            + "\(Double(grid.rule.count) * 1e9 / Double(grid.rule.record)) Hz, where \(rule); its "
            + "samples are moved by at most \(Double(outcome.largestError) / 1e6) ms"
        if outcome.repeated > 0 { words += ", \(outcome.repeated) points repeat a sample" }
        if outcome.leftOut > 0 { words += ", \(outcome.leftOut) samples have no point" }
        notes.add(words)
    }
}
