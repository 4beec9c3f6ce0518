import Link

/// A table of all sessions as files of each session, `_acq-TABLE_beh.tsv`, with one description for all.
struct BIDSTable {
    let table: any TableSource
    let label: String
    let names: BIDSNames
    let output: FormatOutput

    /// Columns that do not tell dates: those may only stand where BIDS looks for them.
    static func columns(of table: any TableSource) -> [(place: Int, column: TableColumn)] {
        table.columns.enumerated().filter { _, column in
            column.kind != .utc && !column.name.hasPrefix("realtime")
                && !["participant", "session"].contains(column.name)
        }.map { ($0.offset, $0.element) }
    }

    func write() throws {
        guard let key = table.place(of: "session") else { return try writePhenotype() }
        let columns = Self.columns(of: table)
        var current: String?
        var file: CSVFile?
        var tasks: Set<String> = []
        func finish() throws {
            guard let done = file, let current, let place = names.places[current] else { return }
            try done.close()
            output.folder.add(Self.name(place, label), table.name, rows: done.rows)
            tasks.insert(place.task)
            file = nil
        }
        try table.forEachBatch { batch in
            try output.run.proceed(table.name)
            guard case .texts(let sessions) = batch.columns[key] else { return }
            for row in 0..<batch.count {
                if sessions[row] != current {
                    try finish()
                    current = sessions[row]
                    if let place = current.flatMap({ names.places[$0] }) {
                        file = try CSVFile(
                            path: output.folder.place(Self.name(place, label)),
                            columns: columns.map(\.column), style: .bids)
                    }
                }
                guard let file else { continue }
                for (place, column) in columns {
                    file.write(batch.columns[place], row, column.kind)
                }
                try file.endRow()
            }
            output.run.count(Int64(batch.count))
        }
        try finish()
        for task in tasks.sorted() {
            var members = BIDSJSON.task(task)
            members.merge(BIDSJSON.columns(columns.map(\.column))) { $1 }
            members["Description"] = .string("\(table.title). \(BIDSJSON.escapes)")
            try output.folder.write(
                BIDSJSON.text(members), to: "task-\(task)_acq-\(label)_beh.json", "description")
        }
    }

    private static func name(_ place: BIDSNames.Place, _ label: String) -> String {
        "\(place.folder)\(place.stem)_acq-\(label)_beh.tsv"
    }

    /// A table with one row for each participant, or several, and none for sessions.
    private func writePhenotype() throws {
        guard let key = table.place(of: "participant") else { return }
        let columns = Self.columns(of: table)
        let subjects = names.subjects(output.sessions)
        var seen: Set<String> = []
        let id = TableColumn("participant_id", .text, "", "The participant's folder")
        let name = "phenotype/table\(label)"
        let file = try CSVFile(
            path: output.folder.place("\(name).tsv"), columns: [id] + columns.map(\.column),
            style: .bids)
        try table.forEachBatch { batch in
            try output.run.proceed(table.name)
            guard case .texts(let people) = batch.columns[key] else { return }
            for row in 0..<batch.count {
                guard let subject = people[row].flatMap({ subjects[$0] }) else { continue }
                // BIDS has one row for each participant here.
                guard seen.insert(subject).inserted else {
                    output.notes.add("bids: of \(table.name), each participant's first row is kept")
                    continue
                }
                file.text(subject)
                for (place, column) in columns {
                    file.write(batch.columns[place], row, column.kind)
                }
                try file.endRow()
            }
            output.run.count(Int64(batch.count))
        }
        try file.close()
        output.folder.add("\(name).tsv", table.name, rows: file.rows)
        var members = BIDSJSON.columns([id] + columns.map(\.column))
        members["MeasurementToolMetadata"] = [
            "Description": .string("\(table.title). \(BIDSJSON.escapes)")
        ]
        try output.folder.write(BIDSJSON.text(members), to: "\(name).json", "description")
    }
}

extension BIDSNames {
    /// The folder of each participant by the code that tables have; of one code in two studies the first.
    func subjects(_ sessions: [ExportedSession]) -> [String: String] {
        Dictionary(
            sessions.compactMap { session in
                places[session.key.session].map { (session.key.participant, $0.subject) }
            }, uniquingKeysWith: { first, _ in first })
    }
}
