import DeviceProfiles
import Link
import LinuxDevices
import SessionStore
import StudyProtocol
import SystemCalls
import Timebase

/// Consent: what a participant has not agreed to is not read from devices, and not stored of what
/// clients bring. A change acts at once.
extension Station {
    // MARK: - What was answered

    /// A participant's last answers.
    func consentAnswers(
        study name: String, participant: String
    ) throws(SessionStoreError) -> [String: Bool] {
        guard hasDatabase(study: name) else { return [:] }
        let waiting = (owed[name]?.consent ?? []).filter { $0.participant == participant }
        return Dictionary(
            (try study(name).consent(of: participant) + waiting).map { ($0.tier, $0.isGranted) },
            uniquingKeysWith: { _, last in last })
    }

    /// The rule for a session that is about to start.
    func consentRule(
        _ session: SessionDescription, plan: StudyPlan?
    ) throws(ControlError) -> ConsentRule {
        do throws(SessionStoreError) {
            let answers = try consentAnswers(
                study: session.study, participant: session.participant)
            return .of(plan, text: session.protocolText, answers: answers)
        } catch {
            throw .storageFailed(reason: "\(error)")
        }
    }

    /// Finds a resumed session's consent again. What cannot be read is a no.
    func takeUpConsent(of session: ActiveSession) {
        let description = session.description
        do throws(SessionStoreError) {
            session.consent = .of(
                session.plan, text: description.protocolText,
                answers: try consentAnswers(
                    study: description.study, participant: description.participant))
        } catch {
            log.error("consent of \(description.participant) cannot be read: \(error)")
            session.consent = .unreadable()
        }
        for client in session.clients.values { client.isWithheld = nil }
        // Those that the session began without may not have been told as closed before the daemon fell.
        for entry in session.sources.sources where entry.isWithheld == true {
            acquisition.commands.post(.pause(source: entry.id))
        }
        obeyConsent(session)
        // Answers that were noted right before the daemon fell may be missing from the file.
        recordAnswers(session.consent.answers, session, actor: "attuned", isNew: false)
    }

    /// Notes answers in the study's database and in the session that records, which obeys at once.
    /// - Parameters:
    ///   - client: the linked client that brought the answers, whose own event tells them in the file.
    /// - Throws: where the database cannot be written: a no acts all the same, and is stored as soon as
    ///   that is possible; a yes does not.
    func note(
        _ answers: [String: Bool], study name: String, participant: String, actor: String,
        client: String? = nil
    ) throws(SessionStoreError) {
        let session = sessions.values.first {
            $0.description.study == name && $0.description.participant == participant
                && $0.state == .recording
        }
        let realtime = Clocks.realtime()
        let rows = answers.sorted { $0.key < $1.key }.map {
            Consent(
                participant: participant, tier: $0.key, isGranted: $0.value, realtime: realtime,
                actor: actor, session: session?.identifier)
        }
        // A no need not wait for the disk.
        if let session { apply(answers.filter { !$0.value }, to: session) }
        do throws(SessionStoreError) {
            try storeConsent(rows, study: name)
        } catch {
            if let session {
                keep(
                    rows.filter { !$0.isGranted }, session, actor: actor, isNew: client == nil,
                    error)
            }
            throw error
        }
        guard let session else { return }
        apply(answers, to: session)
        recordAnswers(answers, session, actor: actor, isNew: client == nil)
    }

    /// Keeps answers that are obeyed but could not be stored; those that wait already wait once.
    private func keep(
        _ rows: [Consent], _ session: ActiveSession, actor: String, isNew: Bool,
        _ error: SessionStoreError
    ) {
        let name = session.description.study
        let waiting = owed[name]?.consent ?? []
        let missing = rows.filter { row in
            !waiting.contains {
                $0.participant == row.participant && $0.tier == row.tier && !$0.isGranted
            }
        }
        guard !missing.isEmpty else { return }
        owe(name, error) { $0.consent += missing }
        recordAnswers(
            Dictionary(
                missing.map { ($0.tier, $0.isGranted) }, uniquingKeysWith: { _, last in last }),
            session, actor: actor, isNew: isNew)
    }

    private func apply(_ answers: [String: Bool], to session: ActiveSession) {
        let before = session.consent
        session.consent.answers.merge(answers) { $1 }
        guard session.consent != before else { return }
        if session.consent.permits(.keyContent) != before.permits(.keyContent) {
            // Whether codes are kept is decided when a keyboard is opened.
            for device in session.devices.compactMap({ devices[$0] })
            where device.kind == .keyboard && device.isOpen {
                closeInput(device, "which keys were pressed is treated differently from now on")
            }
        }
        obeyConsent(session)
        tellWatchers(session)
    }

    /// - Parameter isNew: whether each answer is an event of the daemon's, beside the audit trail.
    private func recordAnswers(
        _ answers: [String: Bool], _ session: ActiveSession, actor: String, isNew: Bool
    ) {
        guard session.consent.hasProtocol || !session.consent.answers.isEmpty else { return }
        let triple = Clocks.triple()
        do throws(ControlError) {
            if isNew {
                for (tier, isGranted) in answers.sorted(by: { $0.key < $1.key }) {
                    try record(
                        .event(
                            kind: "consent",
                            payload: JSONText.object([
                                ("tier", JSONText.string(tier)), ("granted", "\(isGranted)"),
                                ("actor", JSONText.string(actor)),
                            ]), time: triple.monotonic), for: session)
                }
            }
            try record(
                .audit(
                    action: "consent", detail: JSONText.consent(session.consent, answers: answers),
                    time: triple.monotonic, realtime: triple.realtime, actor: actor), for: session)
        } catch {
            // The answers are in the study's database, and are obeyed.
            log.error("\(session.identifier): answers could not be recorded: \(error)")
        }
    }

    // MARK: - How it is obeyed

    /// Brings devices and clients in line with a session's consent, after it has changed.
    func obeyConsent(_ session: ActiveSession) {
        guard session.state == .recording else { return }
        for device in session.devices.compactMap({ devices[$0] }) where !device.isInput {
            if let reason = device.refusal(by: session.consent) {
                withhold(device, reason)
            } else if device.state == .paused {
                device.state = .absent
                device.reason = ""
                device.nextTry = Clocks.now()
            }
        }
        reviewInputs(session)
        for client in session.clients.values { review(client, session) }
        warnOfRefusals(session)
    }

    /// Tells the operator where the participant refuses what a session cannot do without, or was not
    /// asked although the phase of consent is over.
    func warnOfRefusals(_ session: ActiveSession) {
        func titles(_ tiers: [ConsentTier]) -> String {
            tiers.map { $0.title.isEmpty ? $0.name.rawValue : $0.title }.joined(separator: ", ")
        }
        let code = "consent:\(session.identifier)"
        let participant = session.description.participant
        let refused = session.consent.refusedRequirements
        let unanswered = session.isBehindConsent ? session.consent.unansweredRequirements : []
        if !refused.isEmpty {
            raise(
                code,
                "\(participant) does not agree to \(titles(refused)), without which the session "
                    + "cannot take place: stop it.", session: session.identifier)
        } else if !unanswered.isEmpty {
            raise(
                code,
                "\(participant) has not been asked to agree to \(titles(unanswered)), without which "
                    + "the session cannot take place: ask now, or stop it.",
                session: session.identifier)
        } else {
            lower(code)
        }
    }

    /// Closes a sensor that the participant has not agreed to, until that changes. What it sends
    /// meanwhile is not read.
    func withhold(_ device: ManagedDevice, _ reason: String) {
        if device.state != .paused {
            acquisition.commands.post(.pause(source: device.id))
            dropCopy(device)
            forgetDescriptor(device)
            if device.isLinked { bluetooth?.close(id: device.id) }
            log.info("\(device.name) is closed: \(reason)")
        }
        device.isOpen = false
        device.isResuming = false
        device.state = .paused
        device.reason = reason
        device.backoff = 1
    }

    /// Tells the record where a client's signals begin to be withheld, and where they are no longer.
    func review(_ client: ActiveSession.Client, _ session: ActiveSession) {
        guard let source = client.source else { return }
        // A client that brings sound brings no signals.
        let isWithheld = !session.consent.permits(client.streams.first?.data ?? .signals)
        guard client.isWithheld ?? !isWithheld != isWithheld else { return }
        do throws(ControlError) {
            try record(.withhold(source: source, isWithheld: isWithheld), for: session)
            client.isWithheld = isWithheld
        } catch {
            // Samples are withheld all the same; the next change tells it.
            log.error("\(session.identifier): a pause of \(client.name) is not told: \(error)")
        }
    }
}

extension ManagedDevice {
    /// Why the device must not be read; nil where it may. A port of marks says nothing of a
    /// participant.
    func refusal(by consent: ConsentRule) -> String? {
        switch kind {
        case .keyboard: return consent.refusal(of: .keys)
        case .pointer: return consent.refusal(of: .pointer)
        case .serial, .bluetooth:
            if case .marker = profile.framing { return nil }
            return consent.refusal(of: .signals)
        }
    }
}

extension ConsentRule {
    /// The rule of a protocol's text that has been read, or could not be.
    static func of(_ plan: StudyPlan?, text: String, answers: [String: Bool]) -> ConsentRule {
        if plan == nil && !text.isEmpty { return .unreadable(answers: answers) }
        return ConsentRule(plan, answers: answers)
    }
}
