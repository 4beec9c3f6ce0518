import Link
import SessionStore
import SystemCalls
import Timebase

/// The backup place: what is told of it, and what is noted of copies.
extension Station {
    static func backup(
        _ settings: StationSettings, data: String, notices: Mailbox<ControlNotice>
    ) throws -> BackupKeeper? {
        try checkBackup(settings, data: data)
        return try settings.backup.map {
            try BackupKeeper(root: $0, data: data, notices: notices)
        }
    }

    /// Copies among the studies would be taken for studies, and the other way round.
    static func checkBackup(_ settings: StationSettings, data: String) throws {
        guard let backup = settings.backup else { return }
        let (place, studies) = ("\(backup)/", "\(data)/")
        guard !place.hasPrefix(studies), !studies.hasPrefix(place) else {
            throw settings.mistake(
                at: ["backup"],
                "the backup place \(backup) and the data directory \(data) must not lie within each "
                    + "other: name a folder of another disk")
        }
    }

    /// Has the backup's thread look for what is to be copied.
    func lookForBackups() {
        guard let backup else { return }
        for name in StudyCatalogue.studies(data: data) where studies[name] == nil {
            do throws(SessionStoreError) {
                _ = try study(name)
            } catch {
                log.error("the study \(name) cannot be backed up: \(error)")
            }
        }
        backup.messages.post(.look(studies.mapValues(\.path)))
    }

    /// A copy was made and read back.
    func backedUp(_ study: String, _ entry: BackupEntry) {
        log.info(
            "\(study)/\(entry.file) is backed up: \(entry.size) bytes, SHA-256 \(entry.sha256)")
        noteBackup(study) { database throws(SessionStoreError) in try database.store(entry) }
    }

    /// A file cannot be copied, although the place is there. It is tried again.
    func backupFailed(_ file: String, _ reason: String) {
        log.warning("\(file) cannot be backed up: \(reason)")
    }

    /// The copy of a withdrawn session's file is not there any more.
    func backupRemoved(_ study: String, file: String, place: String) {
        log.notice("the copy of \(study)/\(file), of a withdrawn session, is removed")
        noteBackup(study) { database throws(SessionStoreError) in
            try database.removeBackup(of: file, at: place)
        }
    }

    /// What cannot be noted now is not lost: the backup's thread knows it, and after a start the file is
    /// copied once more.
    private func noteBackup(
        _ name: String, _ body: (StudyDatabase) throws(SessionStoreError) -> Void
    ) {
        do throws(SessionStoreError) {
            try body(try study(name))
        } catch {
            log.warning("the index of study \(name) does not know of a copy yet: \(error)")
        }
    }

    /// Raises the alarm when something has waited too long.
    func reviewBackup(_ now: Instant) {
        guard let backup else { return }
        let state = backup.board.read()
        guard let since = state.stuckSince,
            now - since >= Int64(settings.backupAlarmSeconds) * 1_000_000_000
        else { return lower("backup") }
        let waiting = state.waiting
        let what =
            waiting == 0
            ? "The index of the studies is not backed up"
            : "\(waiting) finished session\(waiting == 1 ? " is" : "s are") not backed up"
        raise("backup", "\(what): \(state.problem ?? "copying takes long").")
    }

    /// What status says; nil without a backup place.
    var backupInformation: BackupInfo? {
        guard let backup, let root = settings.backup else { return nil }
        let state = backup.board.read()
        return BackupInfo(
            place: root, waiting: state.waiting, verifiedUtcNs: state.verifiedRealtime,
            problem: state.problem)
    }

    /// Adds to a finished session when it was backed up, or what of it waits.
    func addBackup(to information: inout SessionInfo) {
        guard let state = backup?.board.read().states[information.id] else { return }
        information.backedUpUtcNs = state.verifiedRealtime
        information.backupWaits = state.missing
    }
}
