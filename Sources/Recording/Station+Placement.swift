import Link
import SessionStore
import StudyProtocol
import SystemCalls
import Timebase

/// Where new sessions stand in their study.
extension Station {
    /// The protocol of a chat for which none was named: that of its study.
    func usualProtocol(
        study name: String, kind: SessionKind
    ) throws(ControlError) -> String? {
        guard kind == .chat, hasDatabase(study: name) else { return nil }
        do throws(SessionStoreError) {
            return try study(name).protocols().last?.name
        } catch {
            throw .storageFailed(reason: "\(error)")
        }
    }

    /// Gives a session that is about to start its visit and its condition. A participant without a
    /// place gets the next one, which is durable when this returns; a trial run only borrows it.
    /// - Throws: where the participant has left the study, or its database fails.
    func place(
        _ session: SessionDescription, plan: StudyPlan?, actor: String
    ) throws(ControlError) -> SessionPlacement {
        guard hasDatabase(study: session.study) || plan?.conditions != nil else {
            return SessionPlacement()
        }
        do throws(SessionStoreError) {
            let database = try study(session.study)
            let roster = try StudyRoster(database)
            let entry = roster.entry(session.participant)
            if let entry, entry.status.leavesPlace {
                throw SessionStoreError(
                    code: .wrongState,
                    message: "has the status \(entry.status.rawValue) in this study; "
                        + "set it anew first: attune study status \(session.study) "
                        + "\(session.participant) enrolled --reason …")
            }
            if let before = session.continuationOf ?? session.parent,
                let other = roster.sessions.first(where: { $0.identifier == before })
            {
                return SessionPlacement(
                    visit: other.visit, condition: other.condition ?? [:],
                    slot: entry?.assignment?.slot)
            }
            guard session.kind == .chat else { return SessionPlacement() }
            if roster.settings != nil, !session.isPilot, let plan,
                let own = try database.protocols().last?.name, own != plan.name
            {
                log.warning(
                    """
                    \(session.participant) is recorded by \(plan.name), which is not the protocol of the \
                    study \(session.study), \(own): it counts as no visit
                    """)
                return SessionPlacement()
            }
            try note(plan, of: session, in: database, roster, actor: actor)
            guard
                roster.settings != nil || plan?.conditions != nil || entry?.visits.isEmpty == false
            else { return SessionPlacement() }
            let enrolled = roster.enrolment(
                of: session.participant, plan?.conditions, realtime: session.startedRealtime)
            if !session.isPilot, enrolled != entry {
                try database.enrol(enrolled)
                log.info("\(session.participant) has a place in the study \(session.study)")
            }
            return roster.placement(of: enrolled, plan?.conditions)
        } catch {
            if error.code == .wrongState {
                throw .invalidName(session.participant, reason: error.message)
            }
            throw .storageFailed(reason: "\(error)")
        }
    }

    /// Where a planned study's own protocol has changed since it was used last, that is noted.
    private func note(
        _ plan: StudyPlan?, of session: SessionDescription, in database: StudyDatabase,
        _ roster: StudyRoster, actor: String
    ) throws(SessionStoreError) {
        guard roster.settings != nil, let plan, !session.isPilot,
            try database.protocols().last?.name == plan.name
        else { return }
        try database.add(
            StoredProtocol(
                name: plan.name, version: "\(plan.version)", text: plan.text, actor: actor,
                realtime: session.startedRealtime))
    }

    /// Finds a resumed session's visit and condition again: in the index, or else in its file.
    func takeUpPlacement(of session: ActiveSession) {
        let description = session.description
        do throws(SessionStoreError) {
            if let entry = try study(description.study).session(description.identifier) {
                session.placement = SessionPlacement(
                    visit: entry.visit, condition: entry.condition ?? [:])
                return
            }
        } catch {
            log.error("the index of study \(description.study) cannot be read: \(error)")
        }
        do throws(SessionStoreError) {
            let reader = try SessionReader.open(at: session.path, alignment: .recorded)
            defer { try? reader.close() }
            guard let event = try reader.events(of: ["condition"]).first,
                let payload = try? JSONValue(parsing: event.payload)
            else { return }
            session.placement.visit = payload["visit"]?.integer.map { Int(clamping: $0) }
            if case .object(let levels)? = payload["condition"] {
                session.placement.condition = levels.compactMapValues(\.string)
            }
        } catch {
            log.error("the condition of \(description.identifier) cannot be read: \(error)")
        }
    }
}

extension SessionBatch {
    /// The rows that tell in a session's file where it stands in its study, and what the participant
    /// had agreed to when it began.
    mutating func add(
        _ placement: SessionPlacement, _ consent: ConsentRule, at triple: TimeTriple, actor: String
    ) {
        let visit = placement.visit.map { "\($0)" } ?? "null"
        if placement != SessionPlacement() {
            let detail = JSONText.object([
                ("visit", visit), ("condition", JSONText.levels(placement.condition)),
                ("slot", placement.slot.map { "\($0)" } ?? "null"),
            ])
            events.append(
                SessionEvent(time: triple.monotonic, kind: "condition", payload: detail))
            audit.append(
                AuditEntry(
                    time: triple.monotonic, realtime: triple.realtime, actor: actor,
                    action: "condition", detail: detail))
        }
        guard consent.hasProtocol || !consent.answers.isEmpty else { return }
        audit.append(
            AuditEntry(
                time: triple.monotonic, realtime: triple.realtime, actor: actor,
                action: "consent",
                detail: JSONText.consent(consent, answers: consent.answers)))
    }
}

extension JSONText {
    /// Factors or tiers in order, with texts.
    static func levels(_ levels: [String: String]) -> String {
        object(levels.sorted { $0.key < $1.key }.map { ($0.key, string($0.value)) })
    }

    /// Answers, and the kinds of data that are withheld now.
    static func consent(_ rule: ConsentRule, answers: [String: Bool]) -> String {
        object([
            (
                "answers",
                object(answers.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") })
            ), ("withheld", list(rule.withheld.map(\.rawValue))),
        ])
    }
}
