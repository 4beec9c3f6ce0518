import SessionStore
import SystemCalls
import Timebase

/// One run of a `CSVExport`: what its tables share while they are written.
final class CSVExportRun {
    let reader: SessionReader
    let session: SessionRow
    let streams: [StreamDescription]
    let triples: [RecordedTriple]
    let clock: UTCClock
    private let directory: String
    private let name: String
    private let isCancelled: () -> Bool
    private let report: (ExportProgress) -> Void
    private var streamNames: [Int64: String] = [:]
    private var written: [CSVTable] = []
    private var summary = ExportSummary()
    private var progress = ExportProgress(table: "", rows: 0, expected: 0)
    /// Rows of the tables that are complete.
    private var completed: Int64 = 0

    init(
        reader: SessionReader, directory: String, name: String,
        isCancelled: @escaping () -> Bool,
        progress: @escaping (ExportProgress) -> Void
    ) throws(ExportError) {
        self.reader = reader
        self.directory = directory
        self.name = name
        self.isCancelled = isCancelled
        report = progress
        session = try fromStore(reader.session)
        streams = try fromStore(reader.streams)
        triples = try fromStore(reader.timeTriples)
        clock = UTCClock(session.description, triples)
        for stream in streams {
            streamNames[stream.id] = stream.name
            if stream.audioRate != nil { continue }
            self.progress.expected += try fromStore { () throws(SessionStoreError) in
                try reader.sampleCount(of: stream.id)
            }
        }
        for table in [CountedTable.events, .keystrokes, .turns, .draftEdits, .clockSegments, .gaps]
        {
            self.progress.expected += try fromStore { () throws(SessionStoreError) in
                try reader.count(of: table)
            }
        }
    }

    /// Writes all tables, the codebook last.
    func writeAll() throws(ExportError) -> ExportSummary {
        try writeSession()
        let files = ColumnNames.files(streams.map(\.name))
        var columns: [Int64: [SampleColumns]] = [:]
        var exported: [Int64: Int64] = [:]
        // Sound is no table: 48,000 rows a second say less than the WAV export.
        for (stream, file) in zip(streams, files)
        where !stream.channels.isEmpty && stream.audioRate == nil {
            let table = SampleTable(
                stream, name: ColumnNames.samplePrefix + file)
            columns[stream.id] = table.channels
            exported[stream.id] = try writeSamples(table)
        }
        try writeStreams(files, exported)
        try writeChannels(columns)
        try writeTurns()
        try writeDraftEdits()
        try writeKeystrokes()
        try writeEvents()
        try writePhases()
        try writeAnswers()
        try writeGaps()
        try writeClockSegments()
        try writeClockObservations()
        try writeTimeTriples()
        try writeFaults()
        try writeAudit()
        try writeCodebook()
        return summary
    }

    /// Writes one table's file.
    /// - Returns: how many rows it got.
    @discardableResult
    func table(
        _ name: String, _ columns: [CSVColumn], _ body: (CSVFile) throws -> Void
    ) throws(ExportError) -> Int64 {
        let table = CSVTable(name: name, columns: columns)
        progress.table = name
        progress.rows = completed
        report(progress)
        do {
            let file = try CSVFile(path: "\(directory)/\(table.file)", columns: columns)
            try body(file)
            try file.close()
            written.append(table)
            summary.tables.append(
                ExportSummary.Table(
                    name: name, file: table.file, rows: file.rows, bytes: file.bytes))
            completed += file.rows
            return file.rows
        } catch let error as ExportError {
            throw error
        } catch let error as SessionStoreError {
            throw .reading(error)
        } catch let error as SystemError {
            throw .system(error, directory: self.name)
        } catch {
            throw ExportError(
                code: .inputOutput, message: "writing \(self.name) failed", cause: "\(error)")
        }
    }

    /// Reports how far a table is, and ends the export if it is not wanted any more.
    func proceed(_ file: CSVFile) throws(ExportError) {
        progress.rows = completed + file.rows
        report(progress)
        if isCancelled() {
            throw ExportError(
                code: .cancelled, message: "the export was ended; nothing of it was kept")
        }
    }

    /// As `proceed`, every 4,096 rows.
    func proceedSometimes(_ file: CSVFile) throws(ExportError) {
        if file.rows & 4095 == 0 { try proceed(file) }
    }

    func streamName(_ stream: Int64) -> String { streamNames[stream] ?? "stream \(stream)" }

    /// Nanoseconds since the session's start.
    func sinceStart(_ time: Instant) -> Int64 { time - session.description.started }

    /// The three fields of a moment.
    func moment(_ time: Instant, _ file: CSVFile) {
        let nanoseconds = sinceStart(time)
        file.integer(nanoseconds)
        file.integer(nanoseconds.flooredQuotient(1_000_000))
        file.utc(clock.realtime(time))
    }

    func moment(_ time: Instant?, _ file: CSVFile) {
        if let time {
            moment(time, file)
        } else {
            for _ in 0..<3 { file.missing() }
        }
    }

    private func writeCodebook() throws(ExportError) {
        let columns = [
            CSVColumn("table", .text, "", "Name of the table: the file's without its ending"),
            CSVColumn("column", .text, "", "Name of the column"),
            CSVColumn(
                "short", .text, "",
                "Name of at most 8 characters, unique in its table, for formats that allow no more"),
            CSVColumn(
                "type", .text, "",
                "integer, real, text, or utc (ISO 8601 with milliseconds); empty fields are missing"
            ),
            CSVColumn("unit", .text, "", "Unit of the values; empty where there is none"),
            CSVColumn("meaning", .text, "", "What the column says"),
        ]
        let tables = written + [CSVTable(name: "codebook", columns: columns)]
        try table("codebook", columns) { file in
            for table in tables {
                var names = ColumnNames()
                for column in table.columns {
                    file.text(table.name)
                    file.text(column.name)
                    file.text(String(names.column(column.name).prefix(8)))
                    file.text(column.kind.rawValue)
                    file.text(column.unit.isEmpty ? nil : column.unit)
                    file.text(column.meaning)
                    try file.endRow()
                }
            }
        }
    }
}
