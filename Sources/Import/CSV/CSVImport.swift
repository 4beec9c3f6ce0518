import Declarations
import Link
import SessionStore
import SystemCalls
import Timebase

/// Makes a session out of a table, by a mapping that says what its columns are.
public enum CSVImport {
    /// - Parameters:
    ///   - path: of the table.
    ///   - mapping: of the YAML.
    /// - Throws: with file, line and column where table or mapping are wrong.
    public static func run(
        _ path: String, mapping: String, _ request: ImportRequest
    ) throws(ImportError) -> ImportSummary {
        let read: CSVMapping
        do throws(DeclarationErrors) {
            read = try Declaration.load(CSVMapping.self, path: mapping).value
        } catch {
            throw ImportError(.mapping, "\(error)")
        }
        let source = try ByteSource(path)
        let table = try CSVTable(source, read, mapping: mapping)
        let (first, isDated) = try table.firstTime()
        // Times since 1970 would leave what a session's times can be.
        let base = first.rounded(toMultipleOf: 1_000_000_000)
        let run = try ImportRun(
            request, start: first - base,
            realtime: isDated
                ? first : FileSystem.changed(path) ?? Clocks.realtime(),
            uncertainty: isDated ? 1_000_000_000 : 86_400_000_000_000)
        if !isDated, request.started == nil {
            run.notes.add(
                "",
                "Nothing tells the date: give time.start in the mapping, or --started. It is taken "
                    + "to be when the file was changed last.")
        }
        do throws(ImportError) {
            try table.fill(run, base: base)
            let hash = try inStore { () throws(SessionStoreError) in
                try FileHash.sha256(path)
            }
            run.add(source: [
                "file": .string(XDFImport.name(path)), "format": "csv",
                "bytes": .integer(source.size), "sha256": .string(hash),
            ])
        } catch {
            run.discard()
            throw error
        }
        return try run.finish(XDFImport.name(path))
    }
}

extension Int64 {
    fileprivate func rounded(toMultipleOf step: Int64) -> Int64 {
        // Where a session's times begin near 0 they stay as they are.
        if magnitude < 100_000_000 * 1_000_000_000 { return 0 }
        return self - self % step
    }
}

/// A table and what its columns are.
struct CSVTable {
    private struct Column {
        var place: Int
        var channel: CSVMapping.Channel
    }

    private let source: ByteSource
    private let mapping: CSVMapping
    private let time: Int?
    private let streams: [(stream: CSVMapping.Stream, columns: [Column])]
    private let marks: [(mark: CSVMapping.Mark, place: Int)]
    private let header: [String]
    private let missing: Set<String>

    private static let atOnce = 4096

    /// - Throws: where the mapping names a column that the table does not have.
    init(_ source: ByteSource, _ mapping: CSVMapping, mapping file: String) throws(ImportError) {
        self.source = source
        self.mapping = mapping
        var rows = try CSVRows(source, separator: mapping.separatorByte)
        guard let header = try rows.row() else {
            throw ImportError(.nothing, "\(source.path) is empty")
        }
        self.header = header.fields
        missing = CSVMapping.usualMissing.union(mapping.missing ?? [])
        var wrong: [String] = []
        func place(_ name: String) -> Int {
            if let place = header.fields.firstIndex(of: name) { return place }
            let known = header.fields.prefix(40).map { "'\($0)'" }.joined(separator: ", ")
            wrong.append(
                "\(source.path):\(header.line): there is no column '\(name)', which \(file) names; the "
                    + "table has \(known)")
            return 0
        }
        time = mapping.time.column.map(place)
        streams = (mapping.streams ?? []).map { stream in
            (stream, stream.channels.map { Column(place: place($0.column), channel: $0) })
        }
        marks = (mapping.marks ?? []).map { ($0, place($0.column)) }
        guard wrong.isEmpty else { throw ImportError(.mapping, wrong.joined(separator: "\n")) }
    }

    private func failure(_ row: CSVRows.Row, _ column: Int, _ message: String) -> ImportError {
        ImportError(
            .format, "\(source.path):\(row.line):\(column + 1) ('\(header[column])'): \(message)")
    }

    private func rows() throws(ImportError) -> CSVRows {
        var rows = try CSVRows(source, separator: mapping.separatorByte)
        _ = try rows.row()
        return rows
    }

    /// The moment of a row: in nanoseconds since 1970 where the date is known, else since time 0.
    private func moment(_ row: CSVRows.Row, number: Int64) throws(ImportError) -> Int64? {
        let start = mapping.time.start.flatMap(ISOTime.nanoseconds) ?? 0
        guard let time else {
            let passed = Double(number) / (mapping.time.rateHz ?? 1) * 1e9
            return start &+ Int64(clamping: passed.rounded())
        }
        guard row.fields.indices.contains(time) else {
            throw ImportError(
                .format,
                "\(source.path):\(row.line): the row has \(row.fields.count) fields, the header \(header.count)"
            )
        }
        let text = row.fields[time]
        if missing.contains(text) { return nil }
        if mapping.time.unit == .iso8601 {
            guard let moment = ISOTime.nanoseconds(text) else {
                throw failure(
                    row, time,
                    "expected a date such as 2026-11-21T09:30:00.125+01:00, found '\(text.prefix(60))'"
                )
            }
            return moment
        }
        guard
            let moment = DecimalTime.scaled(
                text, by: mapping.time.unit?.exponent ?? 9, comma: mapping.isComma),
            moment.magnitude < 1 << 62
        else {
            throw failure(row, time, "expected a time as a number, found '\(text.prefix(60))'")
        }
        return mapping.time.epoch == .unix ? moment : start &+ moment
    }

    /// The moment of the first row, and whether the date is known.
    func firstTime() throws(ImportError) -> (time: Int64, isDated: Bool) {
        var rows = try rows()
        while let row = try rows.row() {
            if let moment = try moment(row, number: 0) {
                return (
                    moment,
                    mapping.time.epoch == .unix || mapping.time.unit == .iso8601
                        || mapping.time.start != nil
                )
            }
        }
        throw ImportError(.nothing, "\(source.path) has no row with a time")
    }

    // MARK: - Reading

    /// What waits of one stream.
    private struct Waiting {
        var description: StreamDescription
        var feed: SampleFeed?
        var stamps: [Double] = []
        var columns: [[Double]]
        var samples: Int64 = 0
        var last: Int64?
    }

    /// Brings all rows in.
    /// - Parameter base: taken off all times.
    func fill(_ run: ImportRun, base: Int64) throws(ImportError) {
        var waiting: [Waiting] = []
        for (stream, columns) in streams { waiting.append(try begin(stream, columns, run)) }
        var rows = try rows()
        var number: Int64 = -1
        var untimed = 0
        while let row = try rows.row() {
            number += 1
            guard row.fields.count == header.count else {
                throw ImportError(
                    .format,
                    "\(source.path):\(row.line): the row has \(row.fields.count) fields, the header \(header.count)"
                )
            }
            guard let moment = try moment(row, number: number) else {
                untimed += 1
                continue
            }
            let time = moment - base
            guard time.magnitude < UInt64(RecorderTime.largest) else {
                throw failure(row, self.time ?? 0, "the time is years away from the first")
            }
            for place in streams.indices {
                try take(row, streams[place].columns, time, &waiting[place])
            }
            for (mark, place) in marks where !missing.contains(row.fields[place]) {
                let label = mark.label.map { "\($0): \(row.fields[place])" } ?? row.fields[place]
                let payload: JSONValue = ["label": .string(label), "actor": "import"]
                try run.builder?.event(nil, kind: "mark", at: time, bound: 0, payload.text)
            }
        }
        for place in waiting.indices {
            try hand(&waiting[place])
            try waiting[place].feed?.finish()
            let state = waiting[place]
            run.tell(state.description.id, source: XDFImport.name(source.path))
            if let feed = state.feed, feed.replaced > 0 || feed.disordered > 0 {
                run.notes.add(
                    state.description.name,
                    "\(feed.replaced) times are far from those around them, \(feed.disordered) are later "
                        + "than the one behind: their samples are placed by the others.")
            }
            if run.builder == nil {
                run.count(
                    state.description, source: XDFImport.name(source.path), samples: state.samples,
                    last: state.last)
            }
        }
        if untimed > 0 { run.notes.add("", "\(untimed) rows have no time and are left out.") }
    }

    private func begin(
        _ stream: CSVMapping.Stream, _ columns: [Column], _ run: ImportRun
    ) throws(ImportError) -> Waiting {
        let names = ImportName.channels(columns.map { $0.channel.name ?? $0.channel.column })
        let rate = stream.rateHz ?? mapping.time.rateHz
        var description = StreamDescription(
            id: run.newStream(), name: run.builder?.unique(stream.name) ?? stream.name,
            kind: "signal", source: XDFImport.name(source.path), profileName: "csv",
            nominalRate: rate, clock: rate == nil || time == nil ? .stamped : .arrival,
            gapTolerance: rate.map { max(2_000_000_000, Int64(clamping: 20e9 / $0)) }
                ?? 2_000_000_000,
            channels: zip(columns, names).map { column, name in
                ChannelDescription(
                    name: name, label: column.channel.label ?? "",
                    unit: column.channel.unit ?? "", scale: column.channel.scale ?? 1,
                    offset: column.channel.offset ?? 0, storage: .real)
            })
        // How far the clock that wrote the table was from any other nobody knows.
        description.delayUncertainty = 0
        var waiting = Waiting(
            description: description, columns: columns.map { _ in [] })
        guard let builder = run.builder else { return waiting }
        try builder.add(description)
        waiting.feed = SampleFeed(
            stream: description.id, values: .columns(columns.map { _ in .reals([]) }),
            clock: StreamClock([]),
            recorder: RecorderTime(), step: rate.map { 1 / $0 } ?? 0,
            isAligned: description.clock == .stamped, keepsStamps: false, grouping: 1,
            groupsDeduced: false,
            builder: builder)
        return waiting
    }

    private func take(
        _ row: CSVRows.Row, _ columns: [Column], _ time: Int64, _ waiting: inout Waiting
    ) throws(ImportError) {
        // A row in which a stream has nothing has no sample of it.
        guard columns.contains(where: { !missing.contains(row.fields[$0.place]) }) else { return }
        for (channel, column) in columns.enumerated() {
            let text = row.fields[column.place]
            if missing.contains(text) {
                waiting.columns[channel].append(.nan)
            } else if let value = DecimalTime.number(text, comma: mapping.isComma) {
                waiting.columns[channel].append(value)
            } else {
                throw failure(row, column.place, "expected a number, found '\(text.prefix(60))'")
            }
        }
        waiting.stamps.append(Double(time) / 1e9)
        waiting.samples += 1
        waiting.last = max(waiting.last ?? time, time)
        if waiting.stamps.count >= Self.atOnce { try hand(&waiting) }
    }

    private func hand(_ waiting: inout Waiting) throws(ImportError) {
        guard !waiting.stamps.isEmpty else { return }
        try waiting.feed?.add(waiting.stamps, .columns(waiting.columns.map { .reals($0) }))
        waiting.stamps = []
        for channel in waiting.columns.indices { waiting.columns[channel] = [] }
    }
}
