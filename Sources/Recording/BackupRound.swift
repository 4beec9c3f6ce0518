import Glibc
import SessionStore
import SystemCalls
import Timebase

/// One look at all studies after another, with the copies that are due. Belongs to the backup's thread.
struct BackupRound {
    enum Outcome {
        case done
        /// A database changed a moment ago, and is copied later.
        case unsettled
        /// The place failed: what is missing is tried again.
        case failed
    }

    /// Paths of the studies' databases, by their names.
    var paths: [String: String] = [:]

    /// The same, open for reading during a round: with connections of its own, so that the control thread
    /// never waits for this one.
    private var studies: [String: StudyDatabase] = [:]

    private let root: String
    private let data: String
    private let board: BackupBoard
    private let notices: Mailbox<ControlNotice>
    private let isCancelled: () -> Bool
    /// What was copied and perhaps not noted yet, by the study.
    private var made: [String: [BackupEntry]] = [:]
    /// What could not be copied in this round, although the place is there.
    private var failures: [String] = []
    /// When a study's database had changed last when it was copied, by place and study.
    private var databases: [String: Int64] = [:]

    init(
        root: String, data: String, board: BackupBoard, notices: Mailbox<ControlNotice>,
        isCancelled: @escaping () -> Bool
    ) {
        self.root = root
        self.data = data
        self.board = board
        self.notices = notices
        self.isCancelled = isCancelled
    }

    /// Copies what is due, as far as the place takes it.
    /// - Parameter settled: nanoseconds that a database must not have changed for.
    mutating func run(settled: Int64) -> Outcome {
        var unsettled = false
        failures = []
        defer {
            for database in studies.values { try? database.close() }
            studies = [:]
        }
        do throws(BackupFailure) {
            for (name, path) in paths {
                studies[name] = try Self.index { () throws(SessionStoreError) in
                    try StudyDatabase.openForReading(at: path)
                }
            }
            var known: [String: [BackupEntry]] = [:]
            for (name, database) in studies {
                let noted = try Self.index { () throws(SessionStoreError) in
                    try database.backups()
                }
                made[name]?.removeAll(where: Set(noted).contains)
                known[name] = noted + (made[name] ?? [])
            }
            let place: BackupPlace
            do throws(SessionStoreError) {
                place = try BackupPlace.open(
                    root, isInUse: known.values.contains { !$0.isEmpty })
            } catch {
                // What waits is shown all the same, by the place that was used last.
                let last = known.values.joined().max { $0.verifiedRealtime < $1.verifiedRealtime }
                let absent = BackupPlace(root: root, identifier: last?.place ?? "")
                show(try survey(absent, known, isReachable: false))
                throw BackupFailure(.place, error)
            }
            removeHalves(at: place)
            let surveys = try survey(place, known)
            show(surveys)
            for (name, survey) in surveys {
                for removal in survey.removals {
                    try remove(removal.file, of: removal.session, in: name, at: place)
                }
                for item in survey.items {
                    switch try copy(item, of: name, to: place, settled: settled) {
                    case .done: break
                    case .unsettled: unsettled = true
                    case .failed: continue
                    }
                }
            }
            show(try survey(place, known.merging(made) { $0 + $1 }))
            for (name, database) in studies.sorted(by: { $0.key < $1.key }) {
                if try !copy(database, of: name, to: place, settled: settled) { unsettled = true }
            }
            board.change {
                $0.problem = failures.first
                if $0.waiting == 0 { $0.stuckSince = nil }
            }
            return unsettled ? .unsettled : .done
        } catch {
            if error.side != .cancelled {
                board.change {
                    $0.problem = "\(error)"
                    $0.stuckSince = $0.stuckSince ?? Clocks.now()
                }
            }
            return .failed
        }
    }

    private func survey(
        _ place: BackupPlace, _ known: [String: [BackupEntry]], isReachable: Bool = true
    ) throws(BackupFailure) -> [(study: String, BackupSurvey)] {
        var surveys: [(study: String, BackupSurvey)] = []
        for (name, database) in studies.sorted(by: { $0.key < $1.key }) {
            let (sessions, tombstoned) = try Self.index { () throws(SessionStoreError) in
                (try database.sessions(), try database.tombstonedSessions())
            }
            surveys.append(
                (
                    name,
                    BackupSurvey(
                        study: name, folder: "\(data)/\(name)", place: place,
                        isReachable: isReachable, sessions: sessions,
                        entries: known[name] ?? [], tombstoned: tombstoned)
                ))
        }
        return surveys
    }

    /// Takes away what a copying that was broken off left: its session may be gone by now.
    private func removeHalves(at place: BackupPlace) {
        for name in studies.keys { place.removeHalves(study: name) }
    }

    private func show(_ surveys: [(study: String, BackupSurvey)]) {
        var states: [String: BackupSurvey.State] = [:]
        for (_, survey) in surveys { states.merge(survey.states) { first, _ in first } }
        board.change {
            $0.states = states
            $0.verifiedRealtime = states.values.compactMap(\.verifiedRealtime).max()
            if $0.waiting == 0 {
                $0.stuckSince = nil
            } else {
                $0.stuckSince = $0.stuckSince ?? Clocks.now()
            }
        }
    }

    /// - Returns: `failed` where this file alone cannot be copied.
    private mutating func copy(
        _ item: BackupSurvey.Item, of study: String, to place: BackupPlace, settled: Int64
    ) throws(BackupFailure) -> Outcome {
        let path = "\(data)/\(study)/\(item.file)"
        let source: BackupCopying.Source
        var mode: mode_t = 0o640
        do throws(SessionStoreError) {
            switch item.content {
            case .session(let sha256):
                source = .file(path, sha256: sha256)
                mode = 0o440
            case .report: source = .file(path, sha256: nil)
            case .review:
                guard Clocks.realtime() - item.changedRealtime >= settled else { return .unsettled }
                source = .bytes(try DatabaseImage.read(path))
            }
        } catch {
            return failed(item, error)
        }
        let copy: (sha256: String, size: Int64)
        do throws(BackupFailure) {
            copy = try BackupCopying(
                to: place.path(study: study, file: item.file), mode: mode, isCancelled: isCancelled
            ).run(source)
        } catch {
            guard error.side == .source else { throw error }
            return failed(item, error.reason)
        }
        let entry = BackupEntry(
            place: place.identifier, file: item.file, session: item.session, sha256: copy.sha256,
            size: copy.size, changedRealtime: item.changedRealtime,
            verifiedRealtime: Clocks.realtime())
        made[study, default: []].removeAll { $0.file == entry.file && $0.place == entry.place }
        made[study, default: []].append(entry)
        board.change { if $0.stuckSince != nil { $0.stuckSince = Clocks.now() } }
        notices.post(.backedUp(study: study, entry))
        return .done
    }

    private mutating func failed(_ item: BackupSurvey.Item, _ error: SessionStoreError) -> Outcome {
        failures.append("\(error)")
        notices.post(.backupFailed(file: item.file, "\(error)"))
        return .failed
    }

    private mutating func remove(
        _ file: String, of session: String, in study: String, at place: BackupPlace
    ) throws(BackupFailure) {
        do throws(SessionStoreError) {
            try place.remove(study: study, file: file)
        } catch {
            throw BackupFailure(.place, error)
        }
        made[study]?.removeAll { $0.file == file && $0.place == place.identifier }
        notices.post(.backupRemoved(study: study, file: file, place: place.identifier))
    }

    /// Copies a study's database where it has changed since the last time. After a start it is copied once:
    /// that costs less than to remember it.
    /// - Returns: false where it has to settle first.
    private mutating func copy(
        _ database: StudyDatabase, of study: String, to place: BackupPlace, settled: Int64
    ) throws(BackupFailure) -> Bool {
        guard let changed = FileSystem.changed(database.path),
            databases["\(place.identifier)/\(study)"] != changed
        else { return true }
        guard Clocks.realtime() - changed >= settled else { return false }
        let image = try Self.index { () throws(SessionStoreError) in try database.image() }
        _ = try BackupCopying(
            to: place.path(study: study, file: "study.db"), mode: 0o640, isCancelled: isCancelled
        ).run(.bytes(image))
        databases["\(place.identifier)/\(study)"] = changed
        return true
    }

    /// Reads an index. One that cannot be read stops the round, as a place that fails: it is tried again.
    private static func index<Result>(
        _ body: () throws(SessionStoreError) -> Result
    ) throws(BackupFailure) -> Result {
        do { return try body() } catch { throw BackupFailure(.place, error) }
    }
}
