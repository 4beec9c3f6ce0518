import Link
import SessionStore
import StudyProtocol
import SystemCalls

/// The answers of `io.attune.Study`: studies, their rosters, and what participants agreed to.
extension Station {
    func answerStudy(_ call: VarlinkCall) throws {
        do {
            switch call.method {
            case StudyInterface.ListStudies.name: try listStudies(call)
            case StudyInterface.CreateStudy.name: try createStudy(call)
            case StudyInterface.ListParticipants.name: try listParticipants(call)
            case StudyInterface.AddParticipant.name: try addParticipant(call)
            case StudyInterface.SetStatus.name: try setStatus(call)
            case StudyInterface.PlanVisit.name: try planVisit(call)
            case StudyInterface.RecordConsent.name: try recordConsent(call)
            case StudyInterface.GetConsent.name: try getConsent(call)
            case StudyInterface.Withdraw.name: try withdraw(call)
            case StudyInterface.NoteAction.name: try noteAction(call)
            case StudyInterface.ListTombstones.name: try listTombstones(call)
            case StudyInterface.ListDue.name: try listDue(call)
            case StudyInterface.Redact.name: try redact(call)
            case StudyInterface.TakeInSession.name: try takeInSession(call)
            default: try answerReview(call)
            }
        } catch let error as SessionStoreError {
            throw StudyRefusal(error)
        }
    }

    // MARK: - Studies

    private func listStudies(_ call: VarlinkCall) throws {
        var studies: [StudyInfo] = []
        for name in StudyCatalogue.studies(data: data).sorted() {
            studies.append(information(name, try StudyRoster(study(name)), try protocols(name)))
        }
        call.reply(StudyInterface.ListStudies.Reply(studies: studies))
    }

    func protocols(_ name: String) throws(SessionStoreError) -> [StoredProtocol] {
        try study(name).protocols()
    }

    private func information(
        _ name: String, _ roster: StudyRoster, _ protocols: [StoredProtocol]
    ) -> StudyInfo {
        let used = protocols.last
        return StudyInfo(
            study: name, planned: roster.settings != nil, protocol: used?.name,
            protocolVersion: used?.version,
            title: used.flatMap { ProtocolAccess.plan(of: $0.text)?.title },
            visits: roster.settings?.visits ?? 0, participants: roster.entries.count,
            left: roster.entries.count { $0.status.leavesPlace }, sessions: roster.sessions.count,
            createdUtcNs: roster.settings?.created)
    }

    /// The most that a roster may have: more would be a slip of the keyboard.
    private static let mostParticipants = 10_000
    private static let mostVisits = 100

    private func createStudy(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: StudyInterface.CreateStudy.self)
        try StudyDirectory.validate(asked.study, "study")
        let loaded: ProtocolAccess.Loaded
        do {
            loaded = try ProtocolAccess.load(asked.protocol)
        } catch let error as ControlError {
            throw StudyRefusal(error)
        }
        guard let plan = ProtocolAccess.plan(of: loaded.text) else {
            throw StudyRefusal.invalidName(asked.protocol, reason: "a study needs a protocol")
        }
        let settings = StudySettings(
            prefix: asked.prefix ?? "P", digits: max(2, "\(asked.participants)".count),
            visits: asked.visits ?? plan.conditions?.visits ?? 1, created: Clocks.realtime())
        try check(asked, settings)
        let roster = try planned(asked, settings, plan.conditions)
        let database = try study(asked.study)
        guard try database.settings() == nil, try database.participants().isEmpty else {
            throw StudyRefusal.studyExists(asked.study)
        }
        try database.found(
            settings,
            protocol: StoredProtocol(
                name: loaded.name, version: loaded.version, text: loaded.text,
                actor: call.actor, realtime: settings.created), roster: roster)
        log.info("the study \(asked.study) has \(roster.count) participants")
        note(
            "study create",
            [
                ("participants", "\(roster.count)"), ("protocol", JSONText.string(loaded.name)),
                ("version", JSONText.string(loaded.version)),
            ], study: asked.study, actor: call.actor)
        let (study, participants) = try told(asked.study)
        call.reply(
            StudyInterface.CreateStudy.Reply(study: study, participants: participants))
    }

    private func check(
        _ asked: StudyInterface.CreateStudy.Parameters, _ settings: StudySettings
    ) throws {
        func refuse(_ name: String, _ reason: String) -> StudyRefusal {
            .invalidName(name, reason: reason)
        }
        guard (0...Self.mostParticipants).contains(asked.participants) else {
            throw refuse("\(asked.participants)", "0 to \(Self.mostParticipants) participants")
        }
        guard (1...Self.mostVisits).contains(settings.visits) else {
            throw refuse("\(settings.visits)", "1 to \(Self.mostVisits) visits")
        }
        try StudyDirectory.validate(settings.code(1), "participant")
        for visit in asked.schedule ?? [] {
            guard (1...max(1, asked.participants)).contains(visit.number),
                (1...settings.visits).contains(visit.visit)
            else {
                throw refuse(
                    "visit \(visit.visit) of participant \(visit.number)",
                    "the roster has \(asked.participants) participants with \(settings.visits) "
                        + "visits each")
            }
        }
    }

    /// A new roster: codes, places in their order, and the schedule.
    private func planned(
        _ asked: StudyInterface.CreateStudy.Parameters, _ settings: StudySettings,
        _ conditions: ConditionPlan?
    ) throws -> [RosterEntry] {
        let times = Dictionary(
            (asked.schedule ?? []).map { ([$0.number, $0.visit], $0.plannedUtcNs) },
            uniquingKeysWith: { _, last in last })
        guard asked.participants > 0 else { return [] }
        return (1...asked.participants).map { number in
            let slot = conditions == nil ? nil : number - 1
            var visits = StudyRoster.visits(conditions, slot: slot, count: settings.visits)
            for index in visits.indices {
                visits[index].planned = times[[number, visits[index].number]]
            }
            return RosterEntry(
                participant: Participant(
                    code: settings.code(number), createdRealtime: settings.created),
                assignment: slot.map { StudyAssignment(slot: $0, realtime: settings.created) },
                visits: visits)
        }
    }

    // MARK: - Participants

    func known(_ name: String) throws -> StudyDatabase {
        try StudyDirectory.validate(name, "study")
        guard hasDatabase(study: name) else { throw StudyRefusal.noSuchStudy(name) }
        return try study(name)
    }

    private func told(_ name: String) throws -> (StudyInfo, [ParticipantInfo]) {
        let roster = try StudyRoster(study(name))
        let participants = try roster.entries.map { try told($0, in: roster, study: name) }
        return (information(name, roster, try protocols(name)), participants)
    }

    private func told(
        _ entry: RosterEntry, in roster: StudyRoster, study name: String
    ) throws -> ParticipantInfo {
        roster.information(
            entry,
            consent: try consentAnswers(study: name, participant: entry.participant.code),
            active: Set(sessions.values.map(\.identifier)))
    }

    private func listParticipants(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: StudyInterface.ListParticipants.self)
        _ = try known(asked.study)
        let (study, participants) = try told(asked.study)
        call.reply(
            StudyInterface.ListParticipants.Reply(study: study, participants: participants))
    }

    private func addParticipant(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: StudyInterface.AddParticipant.self)
        let database = try known(asked.study)
        let roster = try StudyRoster(database)
        let code = asked.participant ?? roster.nextCode()
        try StudyDirectory.validate(code, "participant")
        let plan = try protocols(asked.study).last.flatMap { ProtocolAccess.plan(of: $0.text) }
        let entry = roster.enrolment(
            of: code, plan?.conditions, realtime: Clocks.realtime())
        try database.enrol(entry)
        note(
            "participant add", [("participant", JSONText.string(code))], study: asked.study,
            actor: call.actor)
        let changed = try StudyRoster(database)
        let told = try told(entry, in: changed, study: asked.study)
        call.reply(
            StudyInterface.AddParticipant.Reply(
                participant: code, condition: told.condition, visits: told.visits))
    }

    /// Replies with one participant as it stands now.
    private func participant(_ code: String, study name: String) throws -> ParticipantInfo {
        let roster = try StudyRoster(known(name))
        guard let entry = roster.entry(code) else {
            throw StudyRefusal.noSuchParticipant(study: name, participant: code)
        }
        return try told(entry, in: roster, study: name)
    }

    private func setStatus(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: StudyInterface.SetStatus.self)
        guard let status = ParticipantStatus(rawValue: asked.status) else {
            throw StudyRefusal.invalidName(
                asked.status,
                reason: "one of "
                    + ParticipantStatus.allCases.map(\.rawValue).joined(separator: ", "))
        }
        _ = try participant(asked.participant, study: asked.study)
        guard asked.reason.contains(where: { !$0.isWhitespace }) || !status.leavesPlace else {
            throw StudyRefusal.invalidName(asked.status, reason: "it needs a reason")
        }
        if status.leavesPlace,
            let session = sessions.values.first(where: {
                $0.description.study == asked.study
                    && $0.description.participant == asked.participant
            })
        {
            throw StudyRefusal.invalidName(
                asked.status,
                reason:
                    "\(asked.participant) is being recorded; stop the session first: attune session "
                    + "stop --session \(session.identifier.prefix(8)) --outcome withdrawn --reason …"
            )
        }
        try study(asked.study).add(
            StatusChange(
                participant: asked.participant, status: status, reason: asked.reason,
                actor: call.actor, realtime: Clocks.realtime()))
        note(
            "participant status",
            [
                ("participant", JSONText.string(asked.participant)),
                ("status", JSONText.string(status.rawValue)),
            ], study: asked.study, actor: call.actor)
        call.reply(
            StudyInterface.SetStatus.Reply(
                participant: try participant(asked.participant, study: asked.study)))
    }

    private func planVisit(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: StudyInterface.PlanVisit.self)
        let told = try participant(asked.participant, study: asked.study)
        guard told.visits.contains(where: { $0.visit == asked.visit }) else {
            throw StudyRefusal.noSuchVisit(
                participant: asked.participant, visit: Int64(asked.visit))
        }
        do throws(SessionStoreError) {
            try study(asked.study).plan(
                participant: asked.participant, visit: asked.visit, at: asked.plannedUtcNs)
        } catch {
            // A visit beyond the plan has sessions, and no row of its own.
            guard error.code == .missing else { throw error }
            throw StudyRefusal.noSuchVisit(
                participant: asked.participant, visit: Int64(asked.visit))
        }
        note(
            "visit plan",
            [
                ("participant", JSONText.string(asked.participant)), ("visit", "\(asked.visit)"),
            ], study: asked.study, actor: call.actor)
        call.reply(
            StudyInterface.PlanVisit.Reply(
                participant: try participant(asked.participant, study: asked.study)))
    }
}

extension StudyRefusal {
    /// What a study's database says, as it travels.
    init(_ error: SessionStoreError) {
        switch error.code {
        case .invalidName: self = .invalidName("", reason: error.message)
        default: self = .storageFailed(reason: "\(error)")
        }
    }

    init(_ error: ControlError) {
        switch error {
        case .invalidName(let name, let reason): self = .invalidName(name, reason: reason)
        default: self = .storageFailed(reason: error.description)
        }
    }
}
