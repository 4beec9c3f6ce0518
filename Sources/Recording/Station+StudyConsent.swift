import Link
import SessionStore
import StudyProtocol

/// Participants' consent over `io.attune.Study`.
extension Station {
    /// Whose consent is asked for, and in which session.
    private struct Subject {
        var study: String
        var participant: String
        var session: ActiveSession?
    }

    func recordConsent(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: StudyInterface.RecordConsent.self)
        let subject = try subject(asked)
        let rule = try rule(subject)
        for tier in asked.answers.keys.sorted() where !rule.knownTiers.contains(tier) {
            throw StudyRefusal.noSuchTier(tier, known: rule.knownTiers)
        }
        let teller = call.actor
        try note(
            asked.answers, study: subject.study, participant: subject.participant, actor: teller)
        self.note(
            "consent",
            [
                ("participant", JSONText.string(subject.participant)),
                (
                    "answers",
                    JSONText.object(
                        asked.answers.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") })
                ),
            ], study: subject.study, actor: teller)
        let told = try information(subject)
        guard let session = subject.session else {
            call.reply(StudyInterface.RecordConsent.Reply(consent: told))
            return
        }
        whenDurable(session) { call.reply(StudyInterface.RecordConsent.Reply(consent: told)) }
    }

    func getConsent(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: StudyInterface.GetConsent.self)
        let subject = try subject(study: asked.study, participant: asked.participant)
        call.reply(StudyInterface.GetConsent.Reply(consent: try information(subject)))
    }

    // MARK: - Whose it is

    private func subject(_ asked: StudyInterface.RecordConsent.Parameters) throws -> Subject {
        guard let participant = asked.participant else {
            let named = asked.session ?? ""
            guard let session = session(named), session.state == .recording else {
                throw StudyRefusal.noSuchSession(named)
            }
            return Subject(
                study: session.description.study, participant: session.description.participant,
                session: session)
        }
        return try subject(study: asked.study, participant: participant)
    }

    private func subject(study asked: String?, participant: String) throws -> Subject {
        try StudyDirectory.validate(participant, "participant")
        let active = sessions.values.filter {
            $0.description.participant == participant
                && (asked == nil || $0.description.study == asked)
        }
        if active.count == 1, let session = active.first {
            return Subject(
                study: session.description.study, participant: participant,
                session: session.state == .recording ? session : nil)
        }
        if let asked {
            try StudyDirectory.validate(asked, "study")
            guard hasDatabase(study: asked) else { throw StudyRefusal.noSuchStudy(asked) }
            guard try study(asked).participants().contains(where: { $0.code == participant })
            else {
                throw StudyRefusal.noSuchParticipant(study: asked, participant: participant)
            }
            return Subject(study: asked, participant: participant, session: nil)
        }
        var found: [String] = []
        for name in StudyCatalogue.studies(data: data)
        where try study(name).participants().contains(where: { $0.code == participant }) {
            found.append(name)
        }
        guard found.count == 1, let name = found.first else {
            throw StudyRefusal.noSuchStudy("")
        }
        return Subject(study: name, participant: participant, session: nil)
    }

    /// The rule of the session that records, or else that of the study's protocol.
    private func rule(_ subject: Subject) throws -> ConsentRule {
        if let session = subject.session { return session.consent }
        let plan = try study(subject.study).protocols().last.flatMap {
            ProtocolAccess.plan(of: $0.text)
        }
        return ConsentRule(
            plan,
            answers: try consentAnswers(
                study: subject.study, participant: subject.participant))
    }

    private func information(_ subject: Subject) throws -> ConsentInfo {
        let rule = try rule(subject)
        let database = try study(subject.study)
        let answers = Dictionary(
            try database.consent(of: subject.participant).map { ($0.tier, $0) },
            uniquingKeysWith: { _, last in last })
        // Answers to tiers that the protocol does not have are told all the same.
        let own = rule.hasProtocol ? rule.tiers : []
        let others = answers.keys.sorted().filter { name in
            !own.contains { $0.name.rawValue == name }
        }.compactMap { name in
            rule.tiers.first { $0.name.rawValue == name }
                ?? ConsentTier.Name(rawValue: name).map {
                    ConsentTier(name: $0, title: "", covers: [])
                }
        }
        let used =
            try subject.session?.description.protocolName ?? database.protocols().last?.name
        return ConsentInfo(
            study: subject.study, participant: subject.participant,
            protocol: used?.isEmpty == false ? used : nil,
            tiers: (own + others).map { tier in
                let answer = answers[tier.name.rawValue]
                return TierInfo(
                    tier: tier.name.rawValue, title: tier.title, required: tier.isRequired,
                    covers: tier.covers.map(\.rawValue), answer: answer?.isGranted,
                    answeredUtcNs: answer?.realtime, actor: answer?.actor,
                    session: answer?.session, recorded: tier.covers.contains(where: rule.permits))
            })
    }
}
