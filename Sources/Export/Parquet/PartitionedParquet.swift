import SystemCalls

/// A table as a folder of Parquet files, one for each session: `TABLE/study=…/participant=…/session=…`.
///
/// Tables that are not of sessions, and those without a row, are one file in the table's folder, so that a
/// reader of the folder finds the columns in any case.
struct PartitionedParquet {
    let program: DuckDBProgram
    let output: FormatOutput

    func write(_ table: any TableSource, longest: Int) throws {
        let isOfSessions = HiveFolders.columns.dropFirst().allSatisfy {
            table.place(of: $0) != nil
        }
        guard isOfSessions else { return try writeWhole(table, longest) }
        let studies = Dictionary(
            output.sessions.map { ($0.key.session, $0.entry.study) }, uniquingKeysWith: { $1 })
        let divided = TableOfStudies(table, studies: studies)
        let longer = longest + 200
        guard table.rows > 0 else { return try writeWhole(divided, longer) }
        let place = try output.folder.place(table.name)
        try writeDivided(divided, longer, to: place)
        try note(table, below: place)
    }

    /// Sessions that one program writes: it keeps something of each, so that its memory would grow with the study.
    static let sessionsAtOnce = 128

    /// Writes a table that has the columns that divide it, session by session.
    func writeDivided(_ table: any TableSource, _ longest: Int, to place: String) throws {
        let kinds = table.columns.map(\.kind)
        guard let keys = table.place(of: "session") else { return }
        var open: DuckDBTable?
        defer { open?.end() }
        var current: String?
        var inOpen = 0
        var written: Set<String> = []
        func close() throws {
            try open?.write { try $0.close() }
            try open?.finish()
            open = nil
        }
        try table.forEachBatch { batch in
            try output.run.proceed(table.name)
            guard case .texts(let sessions) = batch.columns[keys] else { return }
            var first = 0
            while first < batch.count {
                let session = sessions[first] ?? ""
                let end = sessions[first...].firstIndex { ($0 ?? "") != session } ?? batch.count
                if session != current {
                    current = session
                    inOpen += 1
                    if inOpen > Self.sessionsAtOnce { try close() }
                    guard written.insert(session).inserted else {
                        throw ExportError(
                            code: .nothing,
                            message: "the rows of session \(session) in \(table.name) do not "
                                + "stand together; nothing is left of the export")
                    }
                }
                if open == nil {
                    inOpen = 1
                    open = try program.begin(
                        table.columns, longest: longest, partitions: HiveFolders.columns,
                        to: place, output.run)
                }
                let rows = first..<end
                try open?.write { try CSVTables.write(batch, rows, kinds, to: $0) }
                first = end
            }
            output.run.count(Int64(batch.count))
        }
        try close()
    }

    private func writeWhole(_ table: any TableSource, _ longest: Int) throws {
        let file = "\(table.name)/\(table.name).parquet"
        try program.convert(
            table.columns, longest: longest, to: output.folder.place(file), output.run
        ) { try CSVTables.write(table, to: $0, output.run) }
        output.folder.add(file, table.name, rows: table.rows)
    }

    /// Notes the files that DuckDB made. How many rows are in each is known where a session has one.
    private func note(_ table: any TableSource, below place: String) throws {
        var rows: [String: Int64] = [:]
        try table.forEachBatch { batch in
            guard let keys = table.place(of: "session"), case .texts(let keys) = batch.columns[keys]
            else { return }
            for key in keys { rows[key ?? "", default: 0] += 1 }
        }
        let folders = Dictionary(
            output.sessions.map {
                (HiveFolders.path(of: $0.key, in: $0.entry.study), $0.key.session)
            },
            uniquingKeysWith: { $1 })
        let files = try Self.files(below: place)
        for (folder, names) in files {
            for name in names {
                output.folder.add(
                    "\(table.name)/\(folder)/\(name)", table.name,
                    rows: names.count == 1 ? folders[folder].flatMap { rows[$0] } : nil)
            }
        }
    }

    /// Names of files by their folder below a place.
    private static func files(below place: String) throws(SystemError) -> [String: [String]] {
        var found: [String: [String]] = [:]
        var folders = [""]
        while let folder = folders.popLast() {
            let path = folder.isEmpty ? place : "\(place)/\(folder)"
            for name in try FileSystem.list(path) {
                if FileSystem.isDirectory("\(path)/\(name)") {
                    folders.append(folder.isEmpty ? name : "\(folder)/\(name)")
                } else {
                    found[folder, default: []].append(name)
                }
            }
        }
        return found
    }
}

/// A table with the study of each row's session as its first column.
private struct TableOfStudies: TableSource {
    let name: String
    let title: String
    let columns: [TableColumn]
    let statistics: [ColumnStatistics]
    let rows: Int64
    private let table: any TableSource
    private let studies: [String: String]
    /// The place of a column of that name, which the first one takes over.
    private let own: Int?

    init(_ table: any TableSource, studies: [String: String]) {
        self.table = table
        self.studies = studies
        name = table.name
        title = table.title
        rows = table.rows
        own = table.place(of: "study")
        var columns = table.columns
        var statistics = table.statistics
        if let own {
            columns.remove(at: own)
            statistics.remove(at: own)
        }
        columns.insert(TableColumn("study", .text, "", "Code of the study"), at: 0)
        statistics.insert(ColumnStatistics(), at: 0)
        self.columns = columns
        self.statistics = statistics
    }

    func forEachBatch(_ body: (TableBatch) throws -> Void) throws {
        guard let keys = table.place(of: "session") else { return }
        try table.forEachBatch { batch in
            var columns = batch.columns
            guard case .texts(let sessions) = columns[keys] else { return }
            if let own { columns.remove(at: own) }
            columns.insert(.texts(sessions.map { $0.flatMap { studies[$0] } }), at: 0)
            try body(TableBatch(count: batch.count, columns: columns))
        }
    }
}
