import Foundation
import Glibc
import Link
import SessionStore
import SystemCalls
import Timebase

/// The studies' databases: participants, and the index of their sessions.
extension Station {
    func study(_ name: String) throws(SessionStoreError) -> StudyDatabase {
        if let open = studies[name] { return open }
        let path = try StudyDirectory(root: data).database(study: name)
        do throws(SystemError) {
            try FileSystem.makeDirectories("\(data)/\(name)")
        } catch {
            throw SessionStoreError(
                code: .readOnly, message: "the directory of the study \(name) cannot be made",
                cause: "\(error)")
        }
        let opened = try StudyDatabase.open(at: path)
        studies[name] = opened
        return opened
    }

    /// Whether a study has a database; to ask must not make one.
    func hasDatabase(study name: String) -> Bool {
        (try? StudyDirectory(root: data).database(study: name)).map { FileSystem.exists($0) }
            ?? false
    }

    /// Brings a session's entry up to date. The recording does not depend on it: what goes wrong is
    /// said, and tried again.
    /// - Returns: whether it is stored now.
    @discardableResult
    func storeEntry(_ entry: IndexedSession, in name: String) -> Bool {
        do throws(SessionStoreError) {
            let database = try study(name)
            guard try database.tombstones().refusal(session: entry.identifier) == nil else {
                log.warning("\(entry.file) is a copy of a session that was deleted: delete it")
                owed[name]?.entries[entry.identifier] = nil
                reviewOwed()
                return true
            }
            try database.register(
                Participant(code: entry.participant, createdRealtime: entry.startedRealtime))
            try database.store(entry)
            owed[name]?.entries[entry.identifier] = nil
            reviewOwed()
            return true
        } catch {
            owe(name, error) { $0.entries[entry.identifier] = entry }
            return false
        }
    }

    func index(_ session: ActiveSession) {
        var entry = IndexedSession(
            description: session.description, file: below(session.description, session.path),
            state: session.storedState)
        entry.visit = session.placement.visit
        entry.condition = session.placement.condition.isEmpty ? nil : session.placement.condition
        entry.outcome = session.outcome
        if session.stopped != nil { entry.stoppedRealtime = Clocks.realtime() }
        storeEntry(entry, in: session.description.study)
    }

    func index(_ row: SessionRow, state: SessionStore.SessionState) {
        let description = row.description
        guard
            let file = try? StudyDirectory.relativePath(
                participant: description.participant, kind: description.kind,
                started: description.startedRealtime)
        else { return }
        var entry = IndexedSession(description: description, file: file, state: state)
        entry.stoppedRealtime = row.stoppedRealtime
        storeEntry(entry, in: description.study)
    }

    /// Adds to the index what only a finished file has.
    /// - Returns: whether nothing of it has to be tried again.
    @discardableResult
    func indexFinished(_ file: OwedRows.Finished) -> Bool {
        let row: SessionRow
        do throws(SessionStoreError) {
            let reader = try SessionReader.open(at: file.path, alignment: .recorded)
            row = try reader.session()
            try reader.close()
        } catch {
            log.error("\(file.path) cannot be indexed: \(error)")
            return true
        }
        let name = row.description.study
        do throws(SessionStoreError) {
            let known = try study(name).session(row.description.identifier)
            var entry =
                owed[name]?.entries[row.description.identifier] ?? known
                ?? IndexedSession(
                    description: row.description, file: below(row.description, file.path),
                    state: row.state)
            entry.state = row.state
            entry.outcome = row.outcome
            entry.stoppedRealtime = entry.stoppedRealtime ?? row.stoppedRealtime
            entry.sha256 = file.sha256
            entry.size = file.size
            entry.finishedRealtime = file.realtime
            return storeEntry(entry, in: name)
        } catch {
            owe(name, error) { $0.finished.append(file) }
            return false
        }
    }

    private func below(_ description: SessionDescription, _ path: String) -> String {
        let root = "\(data)/\(description.study)/"
        return path.hasPrefix(root) ? String(path.dropFirst(root.count)) : path
    }

    // MARK: - What is told of sessions that do not record

    private func indexed() throws(SessionStoreError) -> [(study: String, entry: IndexedSession)] {
        var found: [(study: String, entry: IndexedSession)] = []
        for name in StudyCatalogue.studies(data: data) {
            for entry in try study(name).sessions() { found.append((name, entry)) }
        }
        return found.sorted { $0.entry.startedRealtime > $1.entry.startedRealtime }
    }

    func listSessions(_ study: String?) throws -> [SessionInfo] {
        let active = sessions.values.filter { study == nil || $0.description.study == study }
        let known = Set(active.map(\.identifier))
        let recording = active.sorted { $0.number > $1.number }.map(information)
        let stored = try indexed().filter {
            (study == nil || $0.study == study) && !known.contains($0.entry.identifier)
        }
        return recording + stored.map { information($0.study, $0.entry) }
    }

    /// A session of the index by its id or a prefix that only one has.
    func stored(_ asked: String) throws -> SessionInfo {
        let (study, entry) = try find(asked)
        return information(study, entry)
    }

    private func find(_ asked: String) throws -> (study: String, entry: IndexedSession) {
        let found = try indexed().filter { $0.entry.identifier.hasPrefix(asked) }
        guard !asked.isEmpty, found.count == 1, let one = found.first else {
            throw ControlError.noSuchSession(asked)
        }
        return one
    }

    func storedSession(_ asked: String) throws -> (SessionInfo, [StreamInfo]) {
        let (study, entry) = try find(asked)
        var told = information(study, entry)
        let reader = try SessionReader.open(at: told.file)
        defer { try? reader.close() }
        let row = try reader.session()
        told.outcome = row.outcome
        told.reason = row.reason
        told.protocol = row.description.protocolName.isEmpty ? nil : row.description.protocolName
        told.pilot = row.description.isPilot
        var streams: [StreamInfo] = []
        let gaps = try reader.gaps()
        for stream in try reader.streams() {
            let own = gaps.filter { $0.stream == stream.id }.map(\.gap)
            let bound = try reader.clockSegments(stream.id).map(\.bound).max()
            let samples =
                stream.channels.isEmpty ? 0 : try reader.sampleCount(of: stream.id)
            streams.append(
                StreamInfo(
                    id: stream.id, name: stream.name, kind: stream.kind, source: stream.source,
                    clock: stream.clock.rawValue, channels: stream.channels.map(\.name),
                    units: stream.channels.map(\.unit), samples: samples, events: 0,
                    gaps: own.count, lost: own.reduce(0) { $0 + $1.lost },
                    nominalRateHz: stream.nominalRate, boundMs: bound.map { Double($0) / 1e6 }))
        }
        told.samples = streams.reduce(0) { $0 + $1.samples }
        told.gaps = gaps.count
        told.lost = streams.reduce(0) { $0 + $1.lost }
        told.events =
            try reader.count(of: .events) + reader.count(of: .keystrokes)
            + reader.count(of: .turns) + reader.count(of: .draftEdits)
        if let stopped = row.stopped {
            told.durationMs = Int((stopped - row.description.started) / 1_000_000)
        }
        return (told, streams)
    }

    private func information(_ study: String, _ entry: IndexedSession) -> SessionInfo {
        let path = "\(data)/\(study)/\(entry.file)"
        let duration =
            entry.stoppedRealtime.map { max(0, $0 - entry.startedRealtime) / 1_000_000 } ?? 0
        var told = SessionInfo(
            id: entry.identifier, study: study, participant: entry.participant,
            kind: entry.kind.rawValue,
            state: Link.SessionState(rawValue: entry.state.rawValue) ?? .stopped,
            pilot: entry.isPilot ?? false,
            protocol: nil, parent: entry.parent, phase: nil, phases: [],
            startedUtcNs: entry.startedRealtime, durationMs: Int(duration), file: path,
            devices: [], clients: [], samples: 0, events: 0, gaps: 0, lost: 0,
            fileBytes: (try? FileSystem.size(path)) ?? 0)
        addBackup(to: &told)
        return told
    }
}

extension IndexedSession {
    init(description: SessionDescription, file: String, state: SessionStore.SessionState) {
        self.init(
            identifier: description.identifier, participant: description.participant,
            kind: description.kind, file: file, state: state,
            startedRealtime: description.startedRealtime, parent: description.parent,
            continuationOf: description.continuationOf,
            isPilot: description.isPilot)
    }
}

/// The studies of a data directory, found by their files: the files count, not the index, since a
/// crash may have come between the two.
enum StudyCatalogue {
    enum Condition {
        case recording
        /// Stopped, or given up in whatever way, and not in its final form.
        case ended
        /// This process has no right to it.
        case denied
    }

    static func studies(data: String) -> [String] {
        ((try? FileSystem.list(data)) ?? []).filter {
            FileSystem.exists("\(data)/\($0)/study.db")
        }
    }

    /// Session files that are not in their final form.
    static func files(data: String) throws -> [(Condition, String)] {
        var found: [(Condition, String)] = []
        for study in (try? FileSystem.list(data)) ?? [] where !study.hasPrefix(".") {
            for participant in (try? FileSystem.list("\(data)/\(study)")) ?? [] {
                let folder = "\(data)/\(study)/\(participant)"
                for name in (try? FileSystem.list(folder)) ?? [] where name.hasSuffix(".attune") {
                    if let condition = condition(of: "\(folder)/\(name)") {
                        found.append((condition, "\(folder)/\(name)"))
                    }
                }
            }
        }
        return found
    }

    /// Whether a file may not be written any more, as one in its final form.
    static func isReadOnly(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & 0o200 == 0
    }

    private static func condition(of path: String) -> Condition? {
        // A finished file is made read-only: it need not be opened.
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & 0o200 != 0 else { return nil }
        guard unsafe access(path, R_OK | W_OK) == 0 || errno != EACCES else { return .denied }
        do throws(SessionStoreError) {
            let reader = try SessionReader.open(at: path, alignment: .recorded)
            defer { try? reader.close() }
            let session = try reader.session()
            if session.state == .recording { return .recording }
            return session.finishedRealtime == nil ? .ended : nil
        } catch {
            // One that the disk does not give now may record: whoever takes it up says what is wrong.
            return error.isPassing ? .recording : nil
        }
    }
}
