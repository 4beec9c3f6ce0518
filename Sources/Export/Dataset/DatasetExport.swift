import SessionStore
import Synchronization
import SystemCalls

/// Exports a dataset in one or several formats into one folder, which appears when all of it is written.
///
/// Sessions are read on several threads at a time; memory does not grow with their samples, nor with
/// how many there are.
public struct DatasetExport: Sendable {
    private let dataset: Dataset
    private let options: ExportOptions
    private let isCancelled: @Sendable () -> Bool
    private let progress: @Sendable (ExportProgress) -> Void

    /// - Parameters:
    ///   - isCancelled: asked often, on any thread; true ends the export with `cancelled`.
    ///   - progress: told often, on any thread.
    public init(
        _ dataset: Dataset, _ options: ExportOptions,
        isCancelled: @escaping @Sendable () -> Bool = { false },
        progress: @escaping @Sendable (ExportProgress) -> Void = { _ in }
    ) {
        self.dataset = dataset
        self.options = options
        self.isCancelled = isCancelled
        self.progress = progress
    }

    /// Writes the export.
    /// - Parameters:
    ///   - directory: must not be there, or be empty.
    ///   - isReplacing: whether an earlier export there is replaced.
    /// - Throws: any `ExportError`; then nothing is left behind.
    @discardableResult
    public func write(
        to directory: String, replacing isReplacing: Bool = false
    ) throws(ExportError) -> ExportSummary {
        guard !dataset.sessions.isEmpty else { throw nothing() }
        let writers = options.formats.map(\.writer)
        for writer in writers { try writer.check(options) }
        let staged = try StagedDirectory(for: directory, replacing: isReplacing)
        let run = ExportRun(
            directory: staged.path, destination: staged.destination, isCancelled: isCancelled,
            progress: progress)
        do {
            let summary = try write(writers, into: staged.path, run)
            try staged.commit()
            return summary
        } catch {
            staged.discard()
            throw .wrapping(error, directory: staged.destination)
        }
    }

    /// Writes the export as one encrypted archive.
    ///
    /// The files stand in a folder of mode 0700 below `TMPDIR` until the archive is whole, since tables and
    /// samples are written in turns: only what is encrypted comes to the archive's disk, which may be one
    /// that knows no rights.
    /// - Parameters:
    ///   - file: must not be there.
    ///   - isReplacing: whether an encrypted archive there is replaced.
    /// - Throws: any `ExportError`; then nothing is left behind.
    @discardableResult
    public func write(
        encryptedTo file: String, with age: AgeProgram, replacing isReplacing: Bool = false
    ) throws(ExportError) -> ExportSummary {
        guard !dataset.sessions.isEmpty else { throw nothing() }
        let writers = options.formats.map(\.writer)
        for writer in writers { try writer.check(options) }
        let staged = try StagedFile(for: file, replacing: isReplacing)
        let scratch = try ScratchDirectory()
        defer { scratch.remove() }
        let content = scratch.path + "/content"
        let run = ExportRun(
            directory: content, destination: staged.destination, isCancelled: isCancelled,
            progress: progress)
        do {
            let summary: ExportSummary
            do {
                try FileSystem.makeDirectories(content)
                summary = try write(writers, into: content, run)
            } catch {
                throw scratch.explain(.wrapping(error, directory: staged.destination))
            }
            try age.pack(content, to: staged.path, working: scratch.path, run)
            try staged.commit()
            return summary
        } catch {
            staged.discard()
            throw .wrapping(error, directory: staged.destination)
        }
    }

    private func nothing() -> ExportError {
        ExportError(
            code: .nothing, message: "none of the sessions found is exported\(dataset.reasons)")
    }

    private func write(
        _ writers: [any FormatWriter], into folder: String, _ run: ExportRun
    ) throws -> ExportSummary {
        let notes = ExportNotes()
        let sessions = dataset.sessions.map {
            ExportedSession(entry: $0, key: SessionKey($0, options.pseudonyms))
        }
        let outputs = options.formats.map { format in
            let folder = ExportFolder(
                folder, prefix: options.formats.count > 1 ? "\(format.rawValue)/" : "")
            return FormatOutput(
                folder: folder, run: run, isStudy: dataset.sessions.count > 1, options: options,
                sessions: sessions, notes: notes)
        }
        let study = StudyContext(dataset, options.pseudonyms)
        // What each session gives, at its place: threads end in any order.
        let parts = Mutex([Int: Part]())
        let jobs = dataset.sessions.enumerated().map {
            place, entry -> @Sendable () throws -> Void in
            {
                let part = try self.part(of: entry, study, writers, outputs, run)
                parts.withLock { $0[place] = part }
            }
        }
        try WorkerPool.run(jobs, threads: options.threads) { run.fail() }
        let made = parts.withLock { parts in dataset.sessions.indices.compactMap { parts[$0] } }
        let facts = DatasetFacts(sessions: made.map(\.facts), excluded: dataset.excluded)
        try Self.checkKeys(facts)
        for session in sessions {
            guard let words = session.entry.changedSincePinned else { continue }
            notes.add(
                "session \(session.key.session) is not as the dataset was frozen: since then \(words). What "
                    + "is left is exported; freeze a dataset anew for one that gives the same each time"
            )
        }
        try UnknownNames(dataset, options, made.map(\.selectable)).tell(notes)
        let tables = try StudyTables(
            dataset: dataset, options: options, facts: facts, study: study,
            spool: TableBuilder.Spool(in: folder)
        ).all(made.map(\.tables))
        run.expect(Int64(writers.count) * tables.reduce(0) { $0 + $1.rows })
        var last: [@Sendable () throws -> Void] = []
        for (writer, output) in zip(writers, outputs) {
            last += try writer.jobs(tables: tables, of: facts, to: output)
        }
        try WorkerPool.run(last, threads: options.threads) { run.fail() }
        try run.proceed("manifest")
        return try ExportManifest(
            facts: facts, options: options, files: outputs.flatMap(\.folder.files),
            notes: notes.all
        ).write(to: folder, threads: options.threads)
    }

    private struct Part: Sendable {
        var facts: DatasetFacts.Session
        var tables: [TableSpool]
        var selectable: (streams: [String], phases: [String])
    }

    private func part(
        of entry: DatasetSession, _ study: StudyContext, _ writers: [any FormatWriter],
        _ outputs: [FormatOutput], _ run: ExportRun
    ) throws -> Part {
        let session = try SessionExport(
            entry, study, options.selection, alignment: options.alignment)
        let tables = try SessionTables(session, run, study)
        try tables.makeAll()
        let names = ColumnNames.files(session.streams.map(\.name))
        var samples: [SampleSource] = []
        for (stream, name) in zip(session.streams, names)
        where stream.hasSampleTable && options.selection.takes(table: "samples") {
            samples.append(
                try SampleSource(
                    session, SampleTable(stream, name: ColumnNames.samplePrefix + name)))
        }
        run.expect(Int64(writers.count) * samples.reduce(0) { $0 + $1.rows })
        for (writer, output) in zip(writers, outputs) {
            try writer.write(session, samples: samples, to: output)
        }
        let facts = DatasetFacts.Session(
            entry: entry, key: session.key,
            samples: Dictionary(samples.map { ($0.name, $0.rows) }, uniquingKeysWith: { $1 }),
            sampleColumns: Dictionary(
                samples.map { ($0.name, $0.columns) }, uniquingKeysWith: { $1 }),
            withheld: session.withheld, reviewVersion: try tables.review.version(),
            alignment: session.reader.alignment?.id ?? 0)
        try tables.review.close()
        try session.reader.close()
        return Part(facts: facts, tables: tables.tables, selectable: session.selectable)
    }

    /// Two sessions must not have the same key: each names the session's folder.
    private static func checkKeys(_ facts: DatasetFacts) throws(ExportError) {
        let groups = Dictionary(grouping: facts.sessions, by: \.key.session)
        guard let group = groups.values.first(where: { $0.count > 1 }) else { return }
        throw ExportError(
            code: .nothing,
            message: "\(group[0].entry.path) and \(group[1].entry.path) would both be called "
                + "\(group[0].key.session); export them one at a time")
    }
}
