import Measures
import Reports
import SessionStore
import SystemCalls
import Timebase

/// Makes the tables of one session: each a `TableSpool` that formats write later, once the tables of all
/// sessions are there.
///
/// Used by one thread.
final class SessionTables {
    let export: SessionExport
    let run: ExportRun
    let study: StudyContext
    let review: SessionRemarks
    /// What is measured, and of what; read when they are first asked for.
    let plan: MeasurePlan
    let measures: SessionMeasures
    /// Turns by their numbers; empty where they may not be exported.
    let turnsByNumber: [Int64: Turn]
    private let spool: TableBuilder.Spool
    private(set) var tables: [TableSpool] = []

    var reader: SessionReader { export.reader }
    var session: SessionRow { export.session }
    var streams: [StreamDescription] { export.streams }
    var clock: UTCClock { export.clock }

    init(
        _ export: SessionExport, _ run: ExportRun, _ study: StudyContext
    ) throws(ExportError) {
        self.export = export
        self.run = run
        self.study = study
        let path = export.entry.path
        review = try fromStore { () throws(SessionStoreError) in
            try SessionRemarks(of: path, export.entry.pin)
        }
        plan = try export.measurePlan()
        measures = try export.measures(plan)
        let turns = export.shows(.turns) ? try fromStore(export.reader.turns) : []
        turnsByNumber = Dictionary(
            turns.compactMap { turn in turn.number.map { ($0, turn) } }, uniquingKeysWith: { $1 })
        do throws(SystemError) {
            spool = try TableBuilder.Spool(in: run.directory)
        } catch {
            throw .system(error, directory: run.destination)
        }
    }

    /// Makes all tables that are wanted.
    func makeAll() throws(ExportError) {
        let files = ColumnNames.files(streams.map(\.name))
        var columns: [Int64: [SampleColumns]] = [:]
        var counts: [Int64: Int64] = [:]
        for (stream, file) in zip(streams, files) where stream.hasSampleTable {
            columns[stream.id] = SampleTable(stream, name: ColumnNames.samplePrefix + file).channels
            counts[stream.id] = try export.ranges(of: stream.id).reduce(0) { $0 + Int64($1.count) }
        }
        try writeSession()
        try writeStreams(files, counts)
        try writeChannels(columns)
        try writeTurns()
        try writeDraftEdits()
        try writeKeystrokes()
        try writeEvents()
        try writePhases()
        try writeWindows()
        try writeAnswers()
        try writeRatings()
        try writeAnnotations()
        try writeCommentary()
        try writeGaps()
        try writeClockSegments()
        try writeClockObservations()
        try writeTimeTriples()
        try writeFaults()
        try writeAudit()
    }

    /// Makes one table, unless it was not asked for.
    /// - Parameters:
    ///   - title: what a row is.
    ///   - columns: without those of participant and session, which every table begins with.
    func table(
        _ name: String, _ title: String, _ columns: [TableColumn],
        _ body: (TableBuilder) throws -> Void
    ) throws(ExportError) {
        guard export.selection.takes(table: name) else { return }
        try run.proceed(name)
        let builder = TableBuilder(
            name, title, keys: [export.key.participant, export.key.session],
            TableColumn.keys + columns, spool: spool)
        do {
            try body(builder)
            tables.append(try builder.close())
        } catch {
            throw .wrapping(error, directory: run.destination)
        }
    }

    /// Ends the export every 4,096 rows if it is not wanted any more.
    func proceedSometimes(_ builder: TableBuilder) throws(ExportError) {
        if builder.rows & 4095 == 0 { try run.proceed(builder.name) }
    }

    /// The columns of a table whose rows know visit and condition.
    var conditionColumns: [TableColumn] {
        [TableColumn("visit", .integer, "", "Which of the participant's visits, from 1")]
            + study.factors.map(\.column)
    }

    func writeConditions(_ builder: TableBuilder) {
        builder.integer(export.entry.visit.map { Int64($0) })
        for factor in study.factors { builder.text(export.entry.condition?[factor.name]) }
    }

    func proceed() throws(ExportError) { try run.proceed(nil) }

    /// What a stream is called; nil for one that is not exported.
    func streamName(_ stream: Int64) -> String? { export.streamName(stream) }

    /// Nanoseconds since the session's start.
    func sinceStart(_ time: Instant) -> Int64 { export.sinceStart(time) }

    /// The three fields of a moment.
    func moment(_ time: Instant?, _ builder: TableBuilder) {
        let nanoseconds = time.map { sinceStart($0) }
        builder.integer(nanoseconds)
        builder.integer(nanoseconds?.flooredQuotient(1_000_000))
        builder.utc(time.map { clock.realtime($0) })
    }
}

extension StreamDescription {
    /// Whether its samples are exported as a table. Sound is none: 48,000 rows a second say less than the
    /// WAV export.
    var hasSampleTable: Bool { !channels.isEmpty && audioRate == nil }
}
