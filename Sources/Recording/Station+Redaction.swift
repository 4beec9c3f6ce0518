import Link
import SessionStore
import SystemCalls

/// Names of third persons are covered in finished sessions.
extension Station {
    func redact(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: StudyInterface.Redact.self)
        if !asked.session.isEmpty, let active = session(asked.session) {
            throw StudyRefusal.invalidName(
                asked.session, reason: "it is \(active.state.rawValue); stop it first")
        }
        let stored: SessionInfo
        do {
            stored = try self.stored(asked.session)
        } catch ControlError.noSuchSession {
            throw StudyRefusal.noSuchSession(asked.session)
        }
        let cover = asked.cover ?? "█"
        guard TextRedaction.mayCover(cover) else {
            throw StudyRefusal.invalidName(
                cover,
                reason: "one character that is one UTF-16 unit, and neither a quote nor a backslash"
            )
        }
        let texts = asked.texts.filter { !$0.isBlank }
        let stretches = (asked.silence ?? []).map {
            SessionRedaction.Stretch(from: $0.fromNs, to: $0.toNs)
        }
        guard !texts.isEmpty || !stretches.isEmpty else {
            throw StudyRefusal.invalidName("", reason: "say what is to be covered, or silenced")
        }
        for stretch in stretches where stretch.from >= stretch.to {
            throw StudyRefusal.invalidName(
                "\(stretch.from)", reason: "a stretch of sound ends before it begins")
        }
        guard !removing.contains(stored.id) else {
            throw StudyRefusal.noSuchSession(asked.session)
        }
        let number = nextAlignment
        nextAlignment += 1
        let actor = call.actor
        let isTrial = asked.trial ?? false
        let redaction = Redaction(session: stored.id, actor: actor, asked: Clocks.realtime())
        if !isTrial { try study(stored.study).begin(redaction) }
        redactions[number] = RedactionOrder(
            call: call, study: stored.study, participant: stored.participant,
            redaction: redaction, isTrial: isTrial)
        finisher.messages.post(
            .redact(
                path: stored.file,
                SessionRedaction(
                    path: stored.file, texts: texts, cover: Character(cover), stretches: stretches),
                redaction, isTrial: isTrial, number: number))
    }

    func redacted(_ number: UInt64, _ outcome: RedactionOutcome) {
        guard let order = redactions.removeValue(forKey: number) else { return }
        let session = order.redaction.session
        switch outcome {
        case .failed(let error, let made, let path):
            log.error("covering words in session \(session) failed: \(error)")
            if !order.isTrial {
                // What was covered counts, and the rest is asked for.
                if let made { _ = settle(made, order) }
                if made != nil || order.call == nil {
                    demand(order, path)
                } else {
                    end(order)
                }
            }
            order.call?.fail(StudyRefusal.storageFailed(reason: "\(error)"))
        case .found(let made, let path): takenUp(order, made, path)
        case .done(let done, let path, let isTrial):
            var rows: [String: Int] = [:]
            for place in done.places { rows[place.table, default: 0] += 1 }
            if !isTrial { finish(order, done, rows, path) }
            order.call?.reply(
                StudyInterface.Redact.Reply(
                    redaction: RedactionInfo(
                        session: session, trial: isTrial, rows: rows,
                        silencedSamples: done.silencedSamples, sha256: done.file?.sha256)))
        }
    }

    /// A redaction is done: whatever one before it left open on that session is so as well.
    private func finish(
        _ order: RedactionOrder, _ done: SessionRedaction.Outcome, _ rows: [String: Int],
        _ path: String
    ) {
        var isSettled = true
        if let file = done.file, let row = done.auditRow {
            isSettled = settle(
                RewrittenFile(file: file, auditRow: row, tables: Set(rows.keys)), order,
                rows: rows.values.reduce(0, +))
            finisher.messages.post(.report(path: path))
        }
        guard isSettled else { return }
        end(order)
        lower("redaction:\(order.redaction.session)")
        for earlier in open(order) { look(earlier, order, path) }
    }

    /// The study knows the new file, and no older copy counts any more.
    /// - Returns: false where its database cannot be written: then it is tried again by the next daemon, and
    ///   by the next redaction.
    private func settle(
        _ made: RewrittenFile, _ order: RedactionOrder, rows: Int? = nil
    ) -> Bool {
        let session = order.redaction.session
        let name = order.study
        if let audit = made.file.audit { anchors.post(audit) }
        do throws(SessionStoreError) {
            let database = try study(name)
            try database.renew(session, made.file)
            try database.add([
                Tombstone(
                    session: session, participant: order.participant, scope: "redaction",
                    auditRow: made.auditRow, realtime: Clocks.realtime())
            ])
        } catch {
            log.error("the new hash of session \(session) is not in the index: \(error)")
            raise(
                "redaction:\(session)",
                "The index of study \(name) does not know the new hash of session "
                    + "\(session.prefix(8)): \(error). It is tried again when the daemon starts, and "
                    + "when the session is redacted once more.")
            return false
        }
        note(
            "redact",
            [
                ("session", JSONText.string(session)),
                ("sha256", JSONText.string(made.file.sha256)),
                ("rows", rows.map { "\($0)" } ?? "null"),
            ], study: name, actor: order.redaction.actor)
        return true
    }

    private func end(_ order: RedactionOrder) {
        do throws(SessionStoreError) {
            try study(order.study).end(order.redaction)
        } catch {
            let session = order.redaction.session
            log.error("the redaction of \(session) is done, and cannot be noted as such: \(error)")
        }
    }

    // MARK: - What was cut off

    /// Looks after redactions that a daemon before this one had begun.
    func takeUpRedactions() {
        for name in StudyCatalogue.studies(data: data) {
            do throws(SessionStoreError) {
                let database = try study(name)
                let sessions = try database.sessions()
                for redaction in try database.openRedactions() {
                    guard let entry = sessions.first(where: { $0.identifier == redaction.session })
                    else {
                        try database.end(redaction)
                        continue
                    }
                    let order = RedactionOrder(
                        study: name, participant: entry.participant, redaction: redaction,
                        isTrial: false)
                    look(redaction, order, "\(data)/\(name)/\(entry.file)")
                }
            } catch {
                log.error("redactions that go on in study \(name) cannot be read: \(error)")
            }
        }
    }

    /// Redactions of an order's session that were begun before it and are not done.
    private func open(_ order: RedactionOrder) -> [Redaction] {
        do throws(SessionStoreError) {
            let going = Set(redactions.values.map(\.redaction.identifier))
            return try study(order.study).openRedactions().filter {
                $0.session == order.redaction.session && !going.contains($0.identifier)
                    && $0.identifier != order.redaction.identifier
            }
        } catch {
            log.error("redactions that go on in study \(order.study) cannot be read: \(error)")
            return []
        }
    }

    private func look(_ redaction: Redaction, _ order: RedactionOrder, _ path: String) {
        let number = nextAlignment
        nextAlignment += 1
        var order = order
        order.isRepeated = order.call != nil
        order.call = nil
        order.redaction = redaction
        redactions[number] = order
        finisher.messages.post(.findRedaction(path: path, redaction, number: number))
    }

    /// What one has left that was cut off: its file counts, and where words may be left, they are asked for
    /// again, since nobody keeps them.
    private func takenUp(_ order: RedactionOrder, _ made: RewrittenFile?, _ path: String) {
        if let made {
            guard settle(made, order) else { return }
            finisher.messages.post(.report(path: path))
            log.notice("the redaction of session \(order.redaction.session) is taken up")
        }
        if let made, !SessionRedaction.concernReview(made.tables) {
            end(order)
        } else if order.isRepeated {
            end(order)
        } else {
            demand(order, path)
        }
    }

    private func demand(_ order: RedactionOrder, _ path: String) {
        raise(
            "redaction:\(order.redaction.session)",
            "A redaction of \(path) was cut off, and some of the words may still be there. They are "
                + "kept nowhere: redact the session once more.")
    }
}
