import SessionStore
import SystemCalls

/// The sessions of an export, found by what somebody named: session files, participants' folders,
/// studies' folders, or a whole data directory.
public struct Dataset: Sendable {
    /// Participants by their codes, those beside each other by when they first came.
    public var sessions: [DatasetSession]
    public var excluded: [ExcludedSession]
    /// What the studies' databases say, by the studies' codes; a study without one is missing.
    public var studies: [String: DatasetStudy]

    /// Finds the sessions.
    ///
    /// A file that is named alone is exported also where it is a trial run or still being recorded: who
    /// names it wants it. What was withdrawn never is.
    /// - Throws: `missing` for a path that is not there; what is wrong with a file that was named.
    public static func find(
        _ paths: [String], _ selection: ExportSelection
    ) throws(ExportError) -> Dataset {
        var finder = DatasetFinder(selection: selection, isAlone: paths.count == 1)
        for path in paths { try finder.take(path) }
        return finder.dataset
    }

    /// Why sessions are left out, behind a colon: how many for each reason. Empty where none is.
    public var reasons: String {
        let words = Dictionary(grouping: excluded, by: \.reason)
            .sorted { $0.key.rawValue < $1.key.rawValue }
            .map {
                "\($0.value.count == 1 ? "1 session" : "\($0.value.count) sessions"): \($0.key.words)"
            }
        return words.isEmpty ? "" : ": \(words.joined(separator: "; "))"
    }
}

/// Goes through files and folders.
private struct DatasetFinder {
    let selection: ExportSelection
    /// Whether one path was named.
    let isAlone: Bool
    var dataset = Dataset(sessions: [], excluded: [], studies: [:])
    private var seen: Set<String> = []
    /// By the path of a study's database.
    private var studies: [String: Study] = [:]

    private struct Study {
        var sessions: [String: IndexedSession] = [:]
        var withdrawn: Set<String> = []
    }

    init(selection: ExportSelection, isAlone: Bool) {
        self.selection = selection
        self.isAlone = isAlone
    }

    mutating func take(_ path: String) throws(ExportError) {
        guard FileSystem.exists(path) else {
            throw ExportError(
                code: .session(.missing),
                message: "\(path) is not there; name session files, or the folder of a study")
        }
        guard FileSystem.isDirectory(path) else {
            if path.hasSuffix(".json") { return try take(FrozenDataset.read(path), at: path) }
            try add(path, isNamed: true)
            return
        }
        let files = try Self.files(below: path, depth: 3)
        if files.isEmpty {
            throw ExportError(
                code: .session(.missing), message: "there are no session files (.attune) in \(path)"
            )
        }
        for file in files { try add(file, isNamed: false) }
    }

    /// The sessions of a frozen dataset: those that were pinned, and no others. Who has withdrawn since is
    /// left out all the same.
    private mutating func take(_ frozen: FrozenDataset, at path: String) throws(ExportError) {
        for pinned in frozen.sessions {
            let file = frozen.path(of: pinned, below: path)
            guard FileSystem.exists(file) else {
                // What was deleted for good is not missed.
                if (try? TombstoneCheck.isDeleted(pinned.sessionId, study: file)) == true {
                    dataset.excluded.append(
                        ExcludedSession(
                            path: file, participant: pinned.participant, reason: .withdrawn,
                            message: ExcludedSession.Reason.withdrawn.words))
                    continue
                }
                throw ExportError(
                    code: .session(.missing),
                    message:
                        "\(file) is part of the frozen dataset \(path) and is not there; keep the "
                        + "dataset's file where it was, as seen from the sessions")
            }
            let changes = try pinned.pin.check(file)
            try add(file, isNamed: true, pin: pinned.pin, changes)
        }
    }

    /// Session files of a folder and those in it, in the order of their names.
    private static func files(below folder: String, depth: Int) throws(ExportError) -> [String] {
        let names: [String]
        do throws(SystemError) { names = try FileSystem.list(folder).sorted() } catch {
            throw ExportError(
                code: .session(.inputOutput), message: "\(folder) cannot be read",
                cause: error.description)
        }
        let plain = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        var files: [String] = []
        for name in names where !name.hasPrefix(".") {
            let path = "\(plain)/\(name)"
            if name.hasSuffix(".attune") {
                files.append(path)
            } else if depth > 0, FileSystem.isDirectory(path) {
                files += try self.files(below: path, depth: depth - 1)
            }
        }
        return files
    }

    private mutating func add(
        _ path: String, isNamed: Bool, pin: SessionPin? = nil, _ changes: [FileChange]? = nil
    ) throws(ExportError) {
        let row: SessionRow
        let condition: SessionEvent?
        do throws(SessionStoreError) {
            let reader = try SessionReader.open(at: path, alignment: .recorded)
            row = try reader.session()
            condition = try reader.events(of: ["condition"]).last
            try reader.close()
        } catch {
            let message = error.description
            if isNamed {
                throw ExportError(
                    code: .session(error.code), message: error.message, cause: error.cause)
            }
            dataset.excluded.append(
                ExcludedSession(
                    path: path, participant: "", reason: .unreadable, message: message))
            return
        }
        // The same file may be named twice.
        guard seen.insert(row.description.identifier.lowercased()).inserted else { return }
        let study = try study(of: path, row.description.study)
        if let refusal = try tombstoneRefusal(path) {
            dataset.excluded.append(
                ExcludedSession(
                    path: path, participant: row.description.participant, reason: .withdrawn,
                    message: refusal))
            return
        }
        var session = DatasetSession(
            path: path, row, condition,
            indexed: study.sessions[row.description.identifier.lowercased()])
        session.pin = pin
        if let pin { session.sha256 = pin.sha256 }
        if let changes {
            // The hash is that of what is exported.
            session.sha256 = try fromStore { () throws(SessionStoreError) in
                try FileHash.sha256(path)
            }
            session.changedSincePinned = changes.words
        }
        if let reason = refusal(of: session, study, isNamed: isNamed) {
            dataset.excluded.append(
                ExcludedSession(
                    path: path, participant: session.participant, reason: reason,
                    message: reason.words))
            return
        }
        dataset.sessions.append(session)
        dataset.sessions.sort {
            ($0.study, $0.participant, $0.startedRealtime, $0.identifier)
                < ($1.study, $1.participant, $1.startedRealtime, $1.identifier)
        }
    }

    /// Why the study remembers that this file must not be used.
    private func tombstoneRefusal(_ path: String) throws(ExportError) -> String? {
        do throws(SessionStoreError) {
            return try TombstoneCheck.refusal(of: path)
        } catch {
            throw ExportError(
                code: .session(error.code), message: error.message, cause: error.cause)
        }
    }

    private func refusal(
        of session: DatasetSession, _ study: Study, isNamed: Bool
    ) -> ExcludedSession.Reason? {
        if session.state == .withdrawn || study.withdrawn.contains(session.participant) {
            return .withdrawn
        }
        if !selection.participants.isEmpty, !selection.participants.contains(session.participant) {
            return .participant
        }
        // Whoever froze trial runs wanted them.
        let isWanted = selection.includesPilots || session.pin != nil || (isNamed && isAlone)
        if session.isPilot, !isWanted { return .pilot }
        if session.state == .recording, !isNamed { return .recording }
        return nil
    }

    /// What the study's database says; without one nothing.
    private mutating func study(of file: String, _ name: String) throws(ExportError) -> Study {
        let path = StudyDirectory.database(of: file)
        if let known = studies[path] { return known }
        var study = Study()
        var found: DatasetStudy?
        if FileSystem.exists(path) {
            do throws(SessionStoreError) {
                let database = try StudyDatabase.openForReading(at: path)
                defer { try? database.close() }
                for session in try database.sessions() {
                    study.sessions[session.identifier.lowercased()] = session
                }
                found = try DatasetStudy(database)
            } catch {
                // Nobody could say then who has withdrawn.
                throw ExportError(
                    code: .session(error.code),
                    message:
                        "the study's database \(path) cannot be read, and only it tells who has "
                        + "withdrawn; nothing was exported", cause: error.description)
            }
        }
        if let found {
            study.withdrawn = Set(
                found.roster.filter { $0.status == .withdrawn }.map(\.participant.code))
            dataset.studies[name] = found
        }
        studies[path] = study
        return study
    }
}

extension ExcludedSession.Reason {
    var words: String {
        switch self {
        case .pilot: "a trial run (--pilots takes them in)"
        case .withdrawn: "consent was withdrawn"
        case .recording: "still being recorded (name the file to export what there is)"
        case .participant: "not one of the participants that were asked for"
        case .unreadable: "cannot be read"
        }
    }
}
