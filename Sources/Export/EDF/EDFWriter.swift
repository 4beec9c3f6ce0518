import SessionStore
import Timebase

/// The format `edf`: an EDF+ file a session (BDF+ where whole numbers need more than 16 bits), as described in
/// Protocols/formats/signals.md.
struct EDFWriter: FormatWriter {
    func write(_ session: SessionExport, samples: [SampleSource], to output: FormatOutput) throws {
        let streams = try samples.filter { $0.rows > 0 }
            .map { try EDFStream($0.samples, of: session, output.run) }
        guard !streams.isEmpty else {
            output.notes.add("edf: \(session.key.session) has no signals, and so no file")
            return
        }
        try EDFSession(session, streams, output).write()
    }

    func jobs(
        tables: [any TableSource], of facts: DatasetFacts, to output: FormatOutput
    ) throws -> [@Sendable () throws -> Void] {
        // Tables are no part of the format.
        output.run.count(tables.reduce(0) { $0 + $1.rows })
        guard output.folder.files.isEmpty, output.options.formats.count == 1 else { return [] }
        throw ExportError(
            code: .nothing,
            message: facts.sessions.count == 1
                ? "\(facts.sessions[0].entry.path) has no signals"
                : "none of the \(facts.sessions.count) sessions has signals")
    }
}

/// A stream before it is put on the grid: what a first reading finds.
struct EDFStream {
    let table: SampleTable
    var extents: [EDFScale.Extent]
    var first = Instant(nanoseconds: .max)
    var last = Instant(nanoseconds: .min)
    /// Points a second.
    let rate: Double
    let isRegular: Bool
    /// At least as many as there are stretches of the grid without a value.
    private(set) var breaks: Int

    var description: StreamDescription { table.stream }

    /// Points a second of irregular streams: enough that no two samples share one.
    private static let irregular = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]

    init(_ table: SampleTable, of session: SessionExport, _ run: ExportRun) throws {
        self.table = table
        extents = table.forms.map { _ in EDFScale.Extent() }
        let cursor = try SampleCursor(session, stream: table.stream.id)
        var shortest = Int64.max
        var before: Instant?
        let nominal = table.stream.nominalRate ?? 0
        isRegular = nominal > 0 && table.stream.clock != .stamped
        // Less than twice the distance at which a point finds no sample.
        let widest = isRegular ? Int64(1.009e9 / nominal) : .max
        // Before the first and behind the last; selected phases end and begin in between.
        breaks = 2 + 2 * (session.stretches?.count ?? 0)
        if !isRegular { breaks += try session.reader.gaps(table.stream.id).count }
        while let window = try cursor.next() {
            try run.proceed(table.name)
            for (place, column) in window.columns.enumerated() {
                extents[place].take(column, table.forms[place])
            }
            for time in window.times {
                if let before, time > before {
                    shortest = min(shortest, time - before)
                    if time - before > widest { breaks += 1 }
                }
                before = time
                first = min(first, time)
                last = max(last, time)
            }
        }
        if isRegular {
            rate = nominal
        } else {
            let wanted = 1e9 / Double(max(shortest, 1))
            rate = Double(Self.irregular.first { Double($0) >= wanted } ?? 512)
        }
    }
}
