import Glibc
import SessionStore
import SystemCalls

/// A study as this station has it: found by its files, as the console finds them, since the index may not know
/// all of them. Reads alone; for one thread.
final class LocalStudy {
    let study: String
    /// The study's folder; it need not be there.
    let folder: String
    /// By id.
    private(set) var sessions: [String: LocalSession] = [:]
    /// Files that are no session, or cannot be read, with why.
    private(set) var unreadable: [String: String] = [:]
    let withdrawals: [StationLedger.Withdrawal]
    /// Whether every file's hash is made anew, whatever the index says.
    private let verifies: Bool
    private var hashes: [String: String] = [:]

    /// - Throws: `local` where the study's database cannot be read: what was withdrawn would not be known.
    init(
        data: String, study: String, station: StationName, verifies: Bool = false
    ) throws(StationsError) {
        self.study = study
        folder = "\(data)/\(study)"
        self.verifies = verifies
        var indexed: [String: IndexedSession] = [:]
        var tombstones: [Tombstone] = []
        do throws(SessionStoreError) {
            try StudyDirectory.validate(study, "study")
            let path = "\(folder)/study.db"
            if FileSystem.exists(path) {
                let database = try StudyDatabase.openForReading(at: path)
                defer { try? database.close() }
                for entry in try database.sessions() { indexed[entry.file] = entry }
                tombstones = try database.tombstones() + database.withdrawnParticipants()
            }
        } catch {
            throw .local(error)
        }
        withdrawals = tombstones.map {
            StationLedger.Withdrawal(
                session: $0.session, participant: $0.participant, scope: $0.scope,
                auditRow: $0.auditRow, realtimeNs: $0.realtime, station: station.name)
        }
        for participant in names(folder)
        where (try? StudyDirectory.validate(participant, "participant")) != nil {
            for name in names("\(folder)/\(participant)")
            where name.hasSuffix(SessionPart.session.suffix) {
                add("\(participant)/\(name)", indexed)
            }
        }
    }

    /// What is in a folder. One that this user may not read is told: there may be sessions in it.
    private func names(_ folder: String) -> [String] {
        do {
            return try FileSystem.list(folder).filter { !$0.hasPrefix(".") }
        } catch {
            if error.code != ENOENT, error.code != ENOTDIR {
                unreadable[folder] = "it cannot be read (\(error.description))"
            }
            return []
        }
    }

    private func add(_ file: String, _ indexed: [String: IndexedSession]) {
        let path = "\(folder)/\(file)"
        do throws(SessionStoreError) {
            let session = try Self.read(path, indexed[file])
            guard session.study == study else {
                unreadable[path] = "it is of the study \(session.study)"
                return
            }
            guard PlaceKey.isSession(session.identifier), !session.stem.isEmpty,
                session.finished >= 0, session.started >= 0
            else {
                unreadable[path] = "its id, participant or times cannot be names of files"
                return
            }
            if let other = sessions[session.identifier] {
                unreadable[path] = "it is the same session as \(other.path)"
                return
            }
            sessions[session.identifier] = session
        } catch {
            // It may have been removed since the folder was listed.
            if FileSystem.exists(path) { unreadable[path] = error.description }
        }
    }

    /// What a file says of itself.
    static func read(
        _ path: String, _ entry: IndexedSession? = nil
    ) throws(SessionStoreError) -> LocalSession {
        let reader = try SessionReader.open(at: path, alignment: .recorded)
        defer { try? reader.close() }
        let row = try reader.session()
        let isSealed = row.finishedRealtime != nil
        let size: Int64
        do {
            size = try FileSystem.size(path)
        } catch {
            throw SessionStoreError(
                code: .inputOutput, message: "\(path) cannot be read", cause: error.description)
        }
        let description = row.description
        let changes = try isSealed ? reader.changes().map(\.row).filter { !$0.isEmpty } : []
        return LocalSession(
            identifier: description.identifier, study: description.study,
            participant: description.participant, kind: description.kind,
            isPilot: description.isPilot, station: description.station,
            started: description.startedRealtime, finished: row.finishedRealtime ?? 0,
            parent: description.parent, continuationOf: description.continuationOf,
            condition: isSealed ? .sealed : .open, path: path, size: size,
            indexedSHA256: entry?.identifier == description.identifier ? entry?.sha256 : nil,
            changes: changes)
    }

    /// A session file's SHA-256: what the index says, and where it knows nothing, of the file itself.
    func sha256(_ session: LocalSession) throws(StationsError) -> String {
        if !verifies, let indexed = session.indexedSHA256 { return indexed }
        if let known = hashes[session.path] { return known }
        do {
            let made = try FileHash.sha256(session.path)
            hashes[session.path] = made
            return made
        } catch {
            throw .local(error)
        }
    }

    /// Forgets what was known of a file, and reads it again.
    func bring(_ path: String) { add(String(path.dropFirst(folder.count + 1)), [:]) }

    /// The session whose file has this name; nil where nobody has it.
    func owner(of file: String) -> LocalSession? {
        sessions.values.first { $0.path == "\(folder)/\(file)" }
    }

    /// What this station holds, for its ledger.
    var holdings: [StationLedger.Holding] {
        sessions.values.filter { $0.condition == .sealed }
            .sorted { $0.identifier < $1.identifier }
            .map {
                StationLedger.Holding(
                    session: $0.identifier, participant: $0.participant,
                    sha256: $0.indexedSHA256, startedRealtimeNs: $0.started,
                    changes: $0.changes)
            }
    }
}
