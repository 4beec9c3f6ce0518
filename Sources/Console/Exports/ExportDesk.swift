import Export
import Glibc
import Link
import SessionStore
import Synchronization
import SystemCalls

/// Makes the exports that researchers ask for, one at a time of each study, and keeps account of them. Any
/// task may use it.
final class ExportDesk: Sendable {
    private struct Running {
        /// nil while it is looked what there is to export.
        var record: ExportRecord?
        var progress: ExportProgram.Progress?
        var child: ChildProgram?
        /// Who called it off.
        var cancelledBy: String?
    }

    /// What is being written of a study, as it is now.
    struct Written: Sendable {
        /// nil while it is looked what there is to export.
        var record: ExportRecord?
        var progress: ExportProgram.Progress?
        var isCancelled: Bool
    }

    private struct State {
        /// Of each study those that have ended, newest first.
        var ended: [String: [ExportRecord]] = [:]
        var running: [String: Running] = [:]
    }

    /// Work that waits for the disk or for a program.
    let threads: ReadingThreads
    let shelf: ExportShelf
    private let surroundings: ConsoleSurroundings
    private let program: ExportProgram
    private let state = Mutex(State())
    /// How long a program that was told to end may take, in seconds.
    private static let patience = 10

    /// - Throws: where no threads can be had.
    init(_ surroundings: ConsoleSurroundings) throws(SystemError) {
        self.surroundings = surroundings
        program = ExportProgram(path: surroundings.settings.exporter)
        shelf = ExportShelf(
            stateDirectory: surroundings.settings.stateDirectory, log: surroundings.log)
        threads = try ReadingThreads(count: 3, name: "exports")
        try recover()
    }

    /// Takes up what earlier consoles left: what was being written was cut off.
    private func recover() throws(SystemError) {
        var cutOff: [ExportRecord] = []
        let records = shelf.records().map { record in
            guard record.state == .running else { return record }
            let ended = record.ended(
                .interrupted,
                "The console ended while this was written. Nothing of it was kept; start it again.")
            cutOff.append(ended)
            return ended
        }
        state.withLock { state in
            state.ended = Dictionary(grouping: records, by: \.study)
                .mapValues { $0.sorted { $0.startedUtcNs > $1.startedUtcNs } }
        }
        for record in cutOff { keep(record) }
        guard !cutOff.isEmpty else { return }
        // A program that still lives is waited for; nobody's page is held up by that.
        _ = try DedicatedThread(name: "exports-tidy") { [shelf, cutOff] in
            for record in cutOff { shelf.removeHalfWritten(record) }
        }
    }

    private func keep(_ record: ExportRecord) {
        do { try shelf.save(record) } catch {
            surroundings.log.error("The record of export \(record.id) cannot be kept: \(error)")
        }
    }

    // MARK: - Looking

    /// How many exports are being written, or looked at before they are.
    var runningCount: Int { state.withLock { $0.running.count } }

    /// What is known of a study's exports.
    /// - Returns: what runs, if something does, and what has ended, newest first.
    func list(_ study: String) -> (running: Written?, ended: [ExportRecord]) {
        state.withLock { state in
            let running = state.running[study].map {
                Written(
                    record: $0.record, progress: $0.progress, isCancelled: $0.cancelledBy != nil)
            }
            return (running, state.ended[study] ?? [])
        }
    }

    /// An export that has ended.
    func record(_ study: String, _ id: String) throws(ConsoleRefusal) -> ExportRecord {
        guard let record = state.withLock({ $0.ended[study]?.first { $0.id == id } }) else {
            throw .missing("export")
        }
        return record
    }

    /// The files of an export, by its own manifest.
    func files(_ record: ExportRecord) async throws -> [WrittenExport.File] {
        guard record.state == .done else { throw ConsoleRefusal.missing("export") }
        return try await threads.run { [shelf] in
            guard let files = WrittenExport.files(of: shelf.files(of: record)) else {
                throw ConsoleRefusal(
                    .notFound,
                    "The export's files are not there any more. Delete it, and make it anew.")
            }
            return files
        }
    }

    /// What would be exported, and how much room it takes.
    func preview(_ study: String, _ request: ExportRequest) async throws -> ExportPreview {
        try request.check()
        return try await threads.run { [self] in try look(study, request) }
    }

    private func folder(_ study: String) -> String {
        "\(surroundings.settings.dataDirectory)/\(study)"
    }

    private func look(_ study: String, _ request: ExportRequest) throws -> ExportPreview {
        let found = try program.preview(folder(study), request)
        let bytes = found.sessions.reduce(0) { $0 + ((try? FileSystem.size($1)) ?? 0) }
        return ExportPreview(
            found, needed: ExportSpace.needed(request, sessions: bytes),
            free: try shelf.freeBytes())
    }

    // MARK: - Writing

    /// Begins an export.
    /// - Returns: its id.
    func start(_ study: String, _ request: ExportRequest, by actor: String) async throws -> String {
        try request.check()
        try state.withLock { state throws(ConsoleRefusal) in
            guard state.running[study] == nil else {
                throw ConsoleRefusal(
                    .conflict,
                    "An export of this study is being written. Wait until it is done, or cancel it."
                )
            }
            state.running[study] = Running()
        }
        do {
            return try await threads.run { [self] in
                let record = try prepare(study, request, actor)
                _ = try DedicatedThread(name: "export") { [self] in write(record) }
                return record.id
            }
        } catch {
            state.withLock { $0.running[study] = nil }
            throw error
        }
    }

    private func prepare(
        _ study: String, _ request: ExportRequest, _ actor: String
    ) throws -> ExportRecord {
        let preview = try look(study, request)
        guard !preview.sessions.isEmpty else {
            throw ConsoleRefusal(
                .conflict,
                "No session would be exported. See under “What would leave” why each stays.")
        }
        try ExportSpace.check(needed: preview.neededBytes, free: preview.freeBytes)
        let now = Clocks.realtime()
        let record = ExportRecord(
            id: "\(now / 1_000_000)-\(UInt32.random(in: 0x1000_0000 ... .max))", study: study,
            actor: actor, startedUtcNs: now, request: request, sessions: preview.sessions,
            identifiers: identifiers(study, preview.sessions))
        try shelf.save(record)
        state.withLock { $0.running[study]?.record = record }
        return record
    }

    /// The ids of sessions; nil where one of them cannot be read.
    private func identifiers(_ study: String, _ sessions: [ExportRecord.Session]) -> [String]? {
        do throws(SessionStoreError) {
            return try sessions.map { session throws(SessionStoreError) in
                let path = "\(folder(study))/\(session.participant)/\(session.file)"
                let reader = try SessionReader.open(at: path, alignment: .recorded)
                defer { try? reader.close() }
                return try reader.session().description.identifier
            }
        } catch {
            surroundings.log.warning(
                "Which sessions an export of \(study) holds cannot be read: \(error)")
            return nil
        }
    }

    /// Adds the ids of sessions that ended while an export was written, and may be in it.
    private func addLate(_ record: inout ExportRecord) {
        guard let known = record.identifiers else { return }
        let late = (try? look(record.study, record.request)).flatMap { found in
            identifiers(record.study, found.sessions.filter { !record.sessions.contains($0) })
        }
        record.identifiers = late.map { known + $0 }
    }

    /// Writes an export to its end, on a thread of its own.
    private func write(_ record: ExportRecord) {
        let study = record.study
        var ended: ExportRecord
        do {
            let key = record.request.hasPseudonyms ? try shelf.key(study: study) : nil
            let files = shelf.files(of: record)
            let failure = try program.write(
                folder(study), record.request, key: key, to: files,
                started: { child in
                    let isCancelled = state.withLock { state in
                        state.running[study]?.child = child
                        return state.running[study]?.cancelledBy != nil
                    }
                    if isCancelled { child.send(SIGTERM) }
                },
                progress: { told in state.withLock { $0.running[study]?.progress = told } })
            if let failure {
                ended = record.ended(.failed, failure)
            } else if let written = WrittenExport(directory: files) {
                ended = record.done(written, files: WrittenExport.files(of: files) ?? [])
                addLate(&ended)
            } else {
                ended = record.ended(.failed, "The export was written, and cannot be read back.")
            }
        } catch let refusal as ConsoleRefusal {
            ended = record.ended(.failed, refusal.message)
        } catch {
            ended = record.ended(.failed, "\(error)")
        }
        if ended.state != .done {
            shelf.removeHalfWritten(record)
            if let who = state.withLock({ $0.running[study]?.cancelledBy }) {
                ended = record.ended(.cancelled, "Cancelled by \(who). Nothing of it was kept.")
            } else {
                surroundings.log.warning("Export \(record.id) failed: \(ended.message ?? "")")
            }
        }
        ended.endedUtcNs = Clocks.realtime()
        keep(ended)
        state.withLock { [ended] state in
            state.running[study] = nil
            state.ended[study, default: []].insert(ended, at: 0)
        }
    }

    /// Calls off what is being written of a study.
    func cancel(_ study: String, by actor: String) throws(ConsoleRefusal) {
        let child = try state.withLock { state throws(ConsoleRefusal) -> ChildProgram? in
            guard state.running[study] != nil else {
                throw ConsoleRefusal(
                    .conflict, "No export of this study is being written any more.")
            }
            state.running[study]?.cancelledBy = actor
            return state.running[study]?.child
        }
        // Where there is none yet, it is told to end once it begins.
        guard let child else { return }
        child.send(SIGTERM)
        Task {
            try await Task.sleep(for: .seconds(Self.patience))
            child.send(SIGKILL)
        }
    }

    /// Removes an export that has ended, with its files.
    func delete(_ study: String, _ id: String) async throws {
        let record = try record(study, id)
        try await threads.run { [shelf] in try shelf.remove(record) }
        state.withLock { $0.ended[study]?.removeAll { $0.id == id } }
    }

    /// Removes exports that hold what participants took back since. What is being written reads the
    /// tombstones itself, and is looked at again once it has ended.
    func forget(_ tombstones: [TombstoneInfo]) {
        let held = state.withLock { state in
            state.ended.values.joined().filter { record in
                tombstones.contains { RemovedExports.holds(record, $0) }
            }
        }
        for record in held {
            do throws(ConsoleRefusal) {
                try shelf.remove(record)
            } catch {
                surroundings.log.error("Export \(record.id): \(error)")
                continue
            }
            surroundings.log.notice(
                "Export \(record.id) of \(record.study) is deleted: it held what a participant took back"
            )
            state.withLock { $0.ended[record.study]?.removeAll { $0.id == record.id } }
        }
    }
}
