import Link
import SessionStore
import SystemCalls
import Timebase

/// The audit trails: of each session in its file, of a study in its database, and of the station for what
/// concerns neither. Who did what stands there, and never what was said.
extension Station {
    /// Members of an event's payload that are words of people, which the audit trail leaves out.
    private static let words: Set<String> = ["text", "note", "notes"]

    /// An entry of now.
    func auditEntry(
        _ action: String, _ detail: [(String, String)], actor: String
    ) -> AuditEntry {
        let triple = Clocks.triple()
        return AuditEntry(
            time: triple.monotonic, realtime: triple.realtime, actor: actor, action: action,
            detail: JSONText.object(detail))
    }

    /// Writes into the trail of a session that records.
    func audit(
        _ action: String, _ members: [(String, String)], of session: ActiveSession, actor: String
    ) throws(ControlError) {
        let entry = auditEntry(
            action, members.filter { !Self.words.contains($0.0) && $0.0 != "actor" }, actor: actor)
        try record(
            .audit(
                action: entry.action, detail: entry.detail, time: entry.time,
                realtime: entry.realtime, actor: entry.actor), for: session)
    }

    /// Writes into a study's trail what has just been done. What cannot be written waits and is tried again.
    func note(
        _ action: String, _ detail: [(String, String)], study name: String, actor: String
    ) {
        note(auditEntry(action, detail, actor: actor), study: name)
    }

    func note(_ entry: AuditEntry, study name: String) {
        do throws(SessionStoreError) {
            let waiting = owed[name]?.audit ?? []
            anchors.post(
                try study(name).note(waiting + [entry]), of: .study(name, data: data))
            owed[name]?.audit = []
            reviewOwed()
        } catch {
            owe(name, error) { $0.audit.append(entry) }
        }
    }

    /// Writes into the station's trail.
    func note(_ action: String, _ detail: [(String, String)] = [], actor: String = "attuned") {
        let entry = auditEntry(action, detail, actor: actor)
        do throws(SessionStoreError) {
            let open: StationTrail
            if let trail {
                open = trail
            } else {
                open = try StationTrail.open(at: StationTrail.path(data: data))
            }
            trail = open
            anchors.post(try open.note([entry]), of: .station(data: data))
            lower("trail")
        } catch {
            log.error("'\(action)' of \(actor) is missing in the station's audit trail: \(error)")
            raise(
                "trail",
                "The station's audit trail cannot be written: \(error). What is done meanwhile stands "
                    + "in the journal alone.")
        }
    }

    /// What a study's trail gets once a review file has what is ordered.
    func noteWhenReviewed(
        _ number: UInt64, _ action: String, session: String, study name: String,
        _ detail: [(String, String)] = [], actor: String
    ) {
        reviewNotes[number] = (
            name,
            auditEntry(action, [("session", JSONText.string(session))] + detail, actor: actor)
        )
    }

    /// An order for a review file has ended.
    func noteReviewed(_ number: UInt64, isDone: Bool) {
        guard let note = reviewNotes.removeValue(forKey: number), isDone else { return }
        self.note(note.entry, study: note.study)
    }

    /// Anchors where a session's trail ended before the daemon came.
    func anchor(_ path: String) {
        do throws(SessionStoreError) {
            let reader = try SessionReader.open(at: path, alignment: .recorded)
            if let head = try reader.auditHead() { anchors.post(head) }
            try reader.close()
        } catch {
            log.warning("the audit trail of \(path) cannot be read: \(error)")
        }
    }

    /// Hands over what the other threads said last, and closes the trail.
    func endAnchoring() {
        for notice in notices.takeAll() {
            if case .audited(let head) = notice { anchors.post(head) }
        }
        anchors.finish()
        do throws(SessionStoreError) {
            try trail?.close()
        } catch {
            log.error("the station's audit trail cannot be closed: \(error)")
        }
    }
}
