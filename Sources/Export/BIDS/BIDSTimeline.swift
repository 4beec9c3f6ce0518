import Link
import SystemCalls

/// What happened in each session, in order: `_events.tsv`. A row of it names the row of the table that says
/// more.
///
/// Rows wait on the disk, so that only those of one session are in memory at a time.
final class BIDSTimeline {
    private let tables: [any TableSource]
    private let names: BIDSNames
    private let output: FormatOutput
    private let spool: SpoolFile
    private var end: Int64 = 0
    /// By session's key.
    private var pieces: [String: [TableSpool.Piece]] = [:]
    /// What stands in the column `value`, each word once.
    private var words: [String] = []
    private var places: [String: Int64] = [:]

    /// Tables about signals and how they were recorded, those with a row for each key, and windows, which no
    /// happening is.
    private static let leftOut: Set<String> = [
        "windows", "keystrokes", "draft_edits", "gaps", "streams", "channels", "clock_segments",
        "clock_observations", "time_triples", "faults", "audit",
    ]
    /// The column that says what it was, where that is not the first one of words.
    private static let values = [
        "phases": "phase", "turns": "author", "events": "kind", "answers": "variable",
        "scales": "scale",
    ]
    /// Of rows that wait: times, the table's and the word's place, the row in the session's table.
    private static let waiting = ["onset", "duration", "table", "word", "row"].map {
        TableColumn($0, .integer, "", "")
    }

    init(_ tables: [any TableSource], _ names: BIDSNames, _ output: FormatOutput) throws {
        self.tables = tables.filter {
            !Self.leftOut.contains($0.name) && $0.place(of: "t_ns") != nil
                && $0.place(of: "session") != nil
        }
        self.names = names
        self.output = output
        spool = try SpoolFile(in: output.run.directory)
    }

    func write() throws {
        for place in tables.indices { try gather(place) }
        var tasks: Set<String> = []
        for session in output.sessions {
            try output.run.proceed("events")
            guard let place = names.places[session.key.session] else { continue }
            try write(pieces[session.key.session] ?? [], place)
            tasks.insert(place.task)
        }
        for task in tasks.sorted() {
            var members = BIDSJSON.task(task)
            members.merge(BIDSJSON.columns(columns)) { $1 }
            members["StimulusPresentation"] = BIDSDescription.software
            try output.folder.write(
                BIDSJSON.text(members), to: "task-\(task)_events.json", "description")
        }
    }

    private var columns: [TableColumn] {
        [
            TableColumn("onset", .real, "s", "When it happened; since the session's start"),
            TableColumn("duration", .real, "s", "How long it lasted; 0 for what is of one moment"),
            TableColumn(
                "trial_type", .category, "", "The table of which this is a row",
                labels: tables.enumerated().map { .init(Double($0.offset), $0.element.name) }),
            TableColumn("value", .text, "", "What it was, in the table's own words"),
            TableColumn(
                "row", .integer, "",
                "Its row in the session's file of that table (_acq-TABLE_beh.tsv), counted from 1"),
        ]
    }

    private func gather(_ number: Int) throws {
        let table = tables[number]
        guard let key = table.place(of: "session"), let time = table.place(of: "t_ns") else {
            return
        }
        let end = table.place(of: "end_ns")
        let word =
            Self.values[table.name].flatMap { table.place(of: $0) }
            ?? table.columns.firstIndex { $0.kind == .category }
        var current: String?
        var row: Int64 = 0
        try table.forEachBatch { batch in
            try output.run.proceed("events")
            guard case .texts(let sessions) = batch.columns[key],
                case .integers(let starts, let isMissing) = batch.columns[time]
            else { return }
            var values = [[Int64]](repeating: [], count: Self.waiting.count)
            for place in 0..<batch.count {
                if sessions[place] != current {
                    try keep(&values, of: current)
                    current = sessions[place]
                    row = 0
                }
                row += 1
                if !isMissing.isEmpty, isMissing[place] { continue }
                values[0].append(starts[place])
                values[1].append(Self.duration(batch, place, from: starts[place], end))
                values[2].append(Int64(number))
                values[3].append(self.word(batch, place, word))
                values[4].append(row)
            }
            try keep(&values, of: current)
        }
    }

    /// - Returns: -1 where nobody knows how long it lasted.
    private static func duration(
        _ batch: TableBatch, _ row: Int, from start: Int64, _ end: Int?
    ) -> Int64 {
        guard let end, case .integers(let ends, let isMissing) = batch.columns[end] else {
            return 0
        }
        if !isMissing.isEmpty, isMissing[row] { return -1 }
        return max(-1, ends[row] - start)
    }

    private func word(_ batch: TableBatch, _ row: Int, _ column: Int?) -> Int64 {
        guard let column, case .texts(let texts) = batch.columns[column], let text = texts[row]
        else { return -1 }
        if let known = places[text] { return known }
        let place = Int64(words.count)
        words.append(text)
        places[text] = place
        return place
    }

    private func keep(_ values: inout [[Int64]], of session: String?) throws {
        defer { values = [[Int64]](repeating: [], count: values.count) }
        let count = values[0].count
        guard let session, count > 0 else { return }
        let bytes = BatchCoder.encode(
            TableBatch(count: count, columns: values.map { .integers($0, isMissing: []) }))
        try spool.write(bytes, at: end)
        pieces[session, default: []].append(
            .init(offset: end, length: bytes.count, rows: count))
        end += Int64(bytes.count)
    }

    private func write(_ pieces: [TableSpool.Piece], _ place: BIDSNames.Place) throws {
        var rows: [(onset: Int64, duration: Int64, table: Int, word: Int, row: Int64)] = []
        for piece in pieces {
            let bytes = try spool.read(piece.length, at: piece.offset)
            let batch = BatchCoder.decode(bytes, count: piece.rows, Self.waiting)
            let values = batch.columns.map { column -> [Int64] in
                if case .integers(let values, _) = column { values } else { [] }
            }
            for row in 0..<piece.rows {
                rows.append(
                    (
                        values[0][row], values[1][row], Int(values[2][row]), Int(values[3][row]),
                        values[4][row]
                    ))
            }
        }
        // By time; what happened at once, by table and row.
        rows.sort { ($0.onset, $0.table, $0.row) < ($1.onset, $1.table, $1.row) }
        let name = "\(place.folder)\(place.stem)_events.tsv"
        let file = try CSVFile(path: output.folder.place(name), columns: columns, style: .bids)
        for row in rows {
            file.seconds(row.onset)
            file.seconds(row.duration < 0 ? nil : row.duration)
            file.text(tables[row.table].name)
            file.text(row.word < 0 ? nil : words[row.word])
            file.integer(row.row)
            try file.endRow()
        }
        try file.close()
        output.folder.add(name, "timeline", rows: file.rows)
    }
}
