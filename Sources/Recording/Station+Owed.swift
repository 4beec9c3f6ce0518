import SessionStore
import SystemCalls
import Timebase

/// What a study's database could not take yet, because another program held it or the disk failed.
struct OwedRows {
    /// A session's file in its final form.
    struct Finished {
        var path: String
        var sha256: String
        var size: Int64
        /// When it was finished, in nanoseconds since 1970-01-01 UTC.
        var realtime: Int64
    }

    /// Sessions' entries, the newest of each, by the session's id.
    var entries: [String: IndexedSession] = [:]
    /// Answers that are obeyed already.
    var consent: [Consent] = []
    var statuses: [StatusChange] = []
    var finished: [Finished] = []
    /// Of the study's audit trail.
    var audit: [AuditEntry] = []

    var isEmpty: Bool {
        entries.isEmpty && consent.isEmpty && statuses.isEmpty && finished.isEmpty
            && audit.isEmpty
    }
}

/// What could not be written into a study's database waits in memory, and is written again.
extension Station {
    /// Keeps what could not be written, and says so.
    func owe(
        _ name: String, _ error: SessionStoreError, _ change: (inout OwedRows) -> Void
    ) {
        change(&owed[name, default: OwedRows()])
        raise(
            "index",
            "The index of study \(name) cannot be written: \(error). What is missing waits in memory "
                + "and is tried again.")
    }

    /// Forgets studies that owe nothing more; the alarm ends with the last of them.
    func reviewOwed() {
        guard !owed.isEmpty else { return }
        owed = owed.filter { !$0.value.isEmpty }
        if owed.isEmpty { lower("index") }
    }

    /// Tries again every two seconds.
    func writeOwed(_ now: Instant) {
        guard !owed.isEmpty, now >= nextIndexing else { return }
        nextIndexing = now + 2_000_000_000
        writeOwed()
    }

    /// Writes all that waits, as far as the databases take it now.
    func writeOwed() {
        for name in owed.keys.sorted() where writeOwedEntries(of: name) {
            writeOwedRows(of: name)
        }
        reviewOwed()
    }

    /// - Returns: false at the first that fails: each further one would make the station wait.
    private func writeOwedEntries(of name: String) -> Bool {
        for finished in owed[name]?.finished ?? [] {
            // It is kept anew where it fails.
            owed[name]?.finished.removeFirst()
            guard indexFinished(finished) else { return false }
        }
        let entries = (owed[name]?.entries ?? [:]).values.sorted {
            $0.startedRealtime < $1.startedRealtime
        }
        return entries.allSatisfy { storeEntry($0, in: name) }
    }

    private func writeOwedRows(of name: String) {
        do throws(SessionStoreError) {
            if owed[name]?.consent.isEmpty == false { try storeConsent([], study: name) }
            for status in owed[name]?.statuses ?? [] {
                try study(name).add(status)
                owed[name]?.statuses.removeFirst()
            }
            if let waiting = owed[name]?.audit, !waiting.isEmpty {
                anchors.post(
                    try study(name).note(waiting), of: .study(name, data: data))
                owed[name]?.audit = []
            }
        } catch {
            owe(name, error) { _ in }
        }
    }

    /// Stores answers of consent, behind those that wait: the last one counts.
    func storeConsent(_ answers: [Consent], study name: String) throws(SessionStoreError) {
        let rows = (owed[name]?.consent ?? []) + answers
        let database = try study(name)
        var registered: Set<String> = []
        for row in rows where row.session != nil && registered.insert(row.participant).inserted {
            try database.register(
                Participant(code: row.participant, createdRealtime: row.realtime))
        }
        try database.add(rows)
        owed[name]?.consent = []
        reviewOwed()
    }

    /// Notes that a participant withdrew, when the session of which that was the outcome is over.
    func noteWithdrawal(_ session: ActiveSession) {
        guard session.outcome == "withdrawn", !session.description.isPilot else { return }
        let name = session.description.study
        let change = StatusChange(
            participant: session.description.participant, status: .withdrawn,
            reason: session.reason ?? "", actor: session.stopActor,
            realtime: Clocks.realtime())
        do throws(SessionStoreError) {
            try study(name).add(change)
        } catch {
            owe(name, error) { $0.statuses.append(change) }
        }
    }

    // MARK: - At the start

    /// Brings the index up to date with session files that went further than it knows, because the
    /// daemon ended in between.
    func surveyIndex() {
        let active = Set(sessions.values.map(\.identifier))
        for name in StudyCatalogue.studies(data: data) {
            do throws(SessionStoreError) {
                for entry in try study(name).sessions()
                where !active.contains(entry.identifier) {
                    if entry.sha256 == nil { survey(entry, in: name) }
                    reportAnew(entry, in: name)
                }
            } catch {
                log.error("the index of study \(name) cannot be read: \(error)")
            }
        }
    }

    /// Has the quality report written of a session that was finished when the daemon ended before it was.
    ///
    /// Of old sessions none is made: somebody may have taken theirs away.
    private func reportAnew(_ entry: IndexedSession, in name: String) {
        let path = "\(data)/\(name)/\(entry.file)"
        let day: Int64 = 86_400_000_000_000
        guard let stopped = entry.stoppedRealtime, Clocks.realtime() - stopped < day,
            StudyCatalogue.isReadOnly(path),
            !FileSystem.exists(StudyDirectory.qualityReport(of: path))
        else { return }
        finisher.messages.post(.report(path: path))
    }

    private func survey(_ entry: IndexedSession, in name: String) {
        let path = "\(data)/\(name)/\(entry.file)"
        guard FileSystem.exists(path) else {
            log.warning("\(path) of the index is not there")
            return
        }
        do throws(SessionStoreError) {
            let reader = try SessionReader.open(at: path, alignment: .recorded)
            let row: SessionRow
            do throws(SessionStoreError) {
                row = try reader.session()
            } catch {
                try? reader.close()
                throw error
            }
            try reader.close()
            guard row.description.identifier == entry.identifier else { return }
            var found = entry
            found.state = row.state
            found.outcome = row.outcome ?? entry.outcome
            found.stoppedRealtime = entry.stoppedRealtime ?? row.stoppedRealtime
            if let finished = row.finishedRealtime, StudyCatalogue.isReadOnly(path) {
                found.finishedRealtime = finished
                found.sha256 = try FileHash.sha256(path)
                found.size = try? FileSystem.size(path)
            }
            guard found != entry else { return }
            log.notice("the index of \(entry.identifier) is brought up to date from its file")
            storeEntry(found, in: name)
        } catch {
            log.error("\(path) cannot be read for the index: \(error)")
        }
    }
}

extension SessionRow {
    /// When the recording ended, in nanoseconds since 1970-01-01 UTC; nil while it goes on.
    var stoppedRealtime: Int64? {
        stopped.map { description.startedRealtime + max(0, $0 - description.started) }
    }
}
