import SessionStore

/// The names that a channel's columns got.
struct SampleColumns {
    var physical: String
    /// nil where the physical value is what is stored.
    var raw: String?
}

/// The table of one stream's samples.
struct SampleTable {
    let stream: StreamDescription
    let name: String
    let forms: [SampleForm]
    let channels: [SampleColumns]
    let columns: [TableColumn]

    /// Columns that formats put beside those of the samples: Parquet the first three, BIDS the others.
    private static let reserved = [
        "participant", "session", "stream", "timestamp", "onset", "duration",
    ]

    init(_ stream: StreamDescription, name: String) {
        self.stream = stream
        self.name = name
        forms = stream.channels.map { SampleForm($0) }
        var columns = [
            TableColumn(
                "sample_index", .integer, "",
                "Counts the stored samples from 0, without holes; what was lost is in gaps.csv"),
            TableColumn(
                "t_ns", .integer, "ns", "Time of the sample; exact, since the session's start"),
            TableColumn(
                "t_start_ms", .integer, "ms",
                "Time of the sample; since the session's start, rounded down"),
            TableColumn.bound("the sample's time, by its clock segment"),
            TableColumn(
                "arrival_ns", .integer, "ns",
                "Arrival of the packet that brought the sample; since the session's start"),
        ]
        var names = ColumnNames(taken: columns.map(\.name) + Self.reserved)
        var channels: [SampleColumns] = []
        for (channel, form) in zip(stream.channels, forms) {
            let what = channel.label.isEmpty ? channel.name : channel.label
            guard form.hasRaw else {
                let name = names.column(channel.name)
                channels.append(SampleColumns(physical: name, raw: nil))
                columns.append(TableColumn(name, .real, channel.unit, what))
                continue
            }
            let (physical, raw) = names.channel(channel.name)
            channels.append(SampleColumns(physical: physical, raw: raw))
            columns.append(
                TableColumn(
                    physical, form.physicalKind, channel.unit,
                    form.isKnown
                        ? what
                        : "\(what); empty, since this program does not know the formula "
                            + (channel.conversion ?? "")))
            columns.append(
                TableColumn(
                    raw, channel.storage == .integer ? .integer : .real, "",
                    "\(what), as stored; \(channel.formulaText)"))
        }
        self.channels = channels
        self.columns = columns
    }
}

extension SampleForm {
    fileprivate var isKnown: Bool {
        if case .unknown = self { false } else { true }
    }

    fileprivate var physicalKind: TableColumn.Kind {
        if case .plainInteger = self { .integer } else { .real }
    }
}

extension ChannelDescription {
    /// How the physical value comes of the raw one, in words.
    fileprivate var formulaText: String {
        let linear = "raw * \(scale) + \(offset)"
        guard let conversion else { return "physical = \(linear)" }
        return "physical = \(conversion) of \(linear)"
    }
}
