import Foundation
import Glibc
import SessionStore
import SystemCalls
import Timebase

/// Finds all sessions of a data directory: by the studies' databases, and by the files themselves where
/// no database knows them. What has not changed is not read again. Belongs to one lock.
struct SessionIndex {
    private let directory: String
    /// By study: the entries of its database, as of a stamp.
    private var studies: [String: Study] = [:]
    /// By path: what a file that no database knows says of itself; nil for one that is no session.
    private var strays: [String: (stamp: FileStamp, session: ListedSession?)] = [:]

    /// What a study's database said.
    private struct Study {
        var stamp: FileStamp
        var entries: [IndexedSession]
        /// By the session file's path below the study: when a copy of it was read back last.
        var backups: [String: Int64]
    }

    init(directory: String) { self.directory = directory }

    /// All sessions, newest first.
    mutating func sessions(study: String? = nil) -> [ListedSession] {
        var found: [ListedSession] = []
        for name in names(directory) where study == nil || study == name {
            guard (try? StudyDirectory.validate(name, "study")) != nil else { continue }
            let entries = entries(of: name)
            let known = Set(entries.map { path($0, name) })
            found += entries.map { listed($0, name) }
            found += strays(of: name, beside: known)
        }
        return found.sorted { ($0.startedUtcNs, $0.id) > ($1.startedUtcNs, $1.id) }
    }

    private mutating func entries(of study: String) -> [IndexedSession] {
        let path = "\(directory)/\(study)/study.db"
        guard let stamp = FileStamp(path) else { return [] }
        if let known = studies[study], known.stamp == stamp { return known.entries }
        // Of a database that cannot be read now (it may be held for a moment) counts what it said last.
        guard let database = try? StudyDatabase.openForReading(at: path) else {
            return studies[study]?.entries ?? []
        }
        defer { try? database.close() }
        guard let entries = try? database.sessions(), let backups = try? database.backups() else {
            return studies[study]?.entries ?? []
        }
        studies[study] = Study(
            stamp: stamp, entries: entries,
            backups: Dictionary(
                backups.map { ($0.file, $0.verifiedRealtime) }, uniquingKeysWith: max))
        return entries
    }

    private func path(_ entry: IndexedSession, _ study: String) -> String {
        entry.file.hasPrefix("/") ? entry.file : "\(directory)/\(study)/\(entry.file)"
    }

    private func listed(_ entry: IndexedSession, _ study: String) -> ListedSession {
        let path = path(entry, study)
        let end = entry.stoppedRealtime
        return ListedSession(
            id: entry.identifier, study: study, participant: entry.participant,
            kind: entry.kind.rawValue, state: entry.state, startedUtcNs: entry.startedRealtime,
            durationS: end.map { Double(max(0, $0 - entry.startedRealtime)) / 1e9 },
            pilot: entry.isPilot ?? false, parent: entry.parent, outcome: entry.outcome,
            visit: entry.visit, condition: entry.condition, file: path,
            hasReview: FileSystem.exists(SessionReview(path: path).reviewPath),
            hasQuality: FileSystem.exists(StudyDirectory.qualityReport(of: path)),
            backedUpUtcNs: studies[study]?.backups[entry.file])
    }

    private mutating func strays(of study: String, beside known: Set<String>) -> [ListedSession] {
        var found: [ListedSession] = []
        for participant in names("\(directory)/\(study)") {
            guard (try? StudyDirectory.validate(participant, "participant")) != nil else {
                continue
            }
            let folder = "\(directory)/\(study)/\(participant)"
            for name in names(folder) where name.hasSuffix(".attune") {
                let path = "\(folder)/\(name)"
                guard !known.contains(path), let stamp = FileStamp(path) else { continue }
                if strays[path]?.stamp != stamp {
                    strays[path] = nil
                    // Whether it was deleted is asked again where that cannot be read now.
                    guard let isRefused = isRefused(path) else { continue }
                    strays[path] = (stamp, isRefused ? nil : read(path, study: study))
                }
                if var session = strays[path]?.session {
                    session.hasReview = FileSystem.exists(SessionReview(path: path).reviewPath)
                    session.hasQuality = FileSystem.exists(StudyDirectory.qualityReport(of: path))
                    found.append(session)
                }
            }
        }
        return found
    }

    /// Whether the study remembers that a file may not be used; nil where that cannot be read.
    private func isRefused(_ path: String) -> Bool? {
        do throws(SessionStoreError) {
            return try TombstoneCheck.refusal(of: path) != nil
        } catch {
            return nil
        }
    }

    private func read(_ path: String, study: String) -> ListedSession? {
        guard let reader = try? SessionReader.open(at: path, alignment: .recorded),
            let row = try? reader.session()
        else { return nil }
        try? reader.close()
        let description = row.description
        return ListedSession(
            id: description.identifier, study: study, participant: description.participant,
            kind: description.kind.rawValue, state: row.state,
            startedUtcNs: description.startedRealtime,
            durationS: row.stopped.map { Double($0 - description.started) / 1e9 },
            pilot: description.isPilot, parent: description.parent, outcome: row.outcome,
            visit: nil, condition: nil, file: path, hasReview: false,
            hasQuality: false)
    }

    private func names(_ folder: String) -> [String] {
        ((try? FileSystem.list(folder)) ?? []).filter { !$0.hasPrefix(".") }
    }
}
