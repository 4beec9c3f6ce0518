import Link
import SessionStore
import StudyProtocol
import SystemCalls
import Timebase

/// The procedure of a session: its phases, pauses, and the operator's messages.
extension Station {
    // MARK: - Phases

    func startPhase(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: ControlInterface.StartPhase.self)
        let session = try recording(asked.session)
        guard !asked.phase.isEmpty,
            session.phases.isEmpty || session.phases.contains(asked.phase)
        else { throw ControlError.noSuchPhase(asked.phase, allowed: session.phases) }
        let reason = asked.reason.flatMap { $0.isBlank ? nil : $0 }
        guard let fitting = session.procedure.fittingOwed(before: asked.phase) else {
            return try enter(asked.phase, session, reason: reason, call)
        }
        checkFitting(session, fitting) { [weak self] checks in
            guard let self else { return }
            do {
                try self.leaveFitting(
                    fitting.name, for: asked.phase, session, checks, reason: reason, call)
            } catch let error as ControlError {
                call.fail(error)
            } catch {
                call.fail(ControlError.storageFailed(reason: "\(error)"))
            }
        }
    }

    /// Goes on from a fitting phase where the required checks are green, or a reason was given.
    private func leaveFitting(
        _ fitting: String, for phase: String, _ session: ActiveSession, _ checks: [FittingCheck],
        reason: String?, _ call: VarlinkCall
    ) throws {
        // Looking took a moment, in which somebody else may have been quicker.
        guard session.state == .recording else {
            throw ControlError.invalidState(session.state.rawValue, expected: ["recording"])
        }
        let open = checks.filter { $0.required && $0.state != .green }
        if !open.isEmpty, session.procedure.fittingOwed(before: phase)?.name == fitting {
            let names = open.map(\.check).uniqued()
            guard reason != nil else {
                throw ControlError.notReady(
                    checks: names, reason: open.map(\.text).joined(separator: " "))
            }
            let details = open.map {
                [$0.source, $0.text].compactMap(\.self).joined(separator: ": ")
            }
            try recordDeviation(
                "fittingOverridden", phases: [fitting], of: session, reason: reason,
                actor: call.actor,
                more: [("checks", JSONText.list(names)), ("details", JSONText.list(details))])
        }
        try enter(phase, session, reason: reason, call)
    }

    private func enter(
        _ phase: String, _ session: ActiveSession, reason: String?, _ call: VarlinkCall
    ) throws {
        let triple = Clocks.triple()
        let actor = call.actor
        if phase != session.phase {
            try recordAborted(of: session, at: triple.monotonic, reason: reason, actor: actor)
        }
        try record(.phase(name: phase, time: triple.monotonic), for: session)
        try record(
            .audit(
                action: "phase",
                detail: JSONText.object([
                    ("phase", JSONText.string(phase)),
                    ("reason", reason.map(JSONText.string) ?? "null"),
                ]),
                time: triple.monotonic, realtime: triple.realtime, actor: actor),
            for: session)
        sendMarks("phase:\(phase)", at: triple.monotonic, of: session, any: false)
        session.phase = phase
        if let deviation = session.procedure.enter(phase, at: triple.monotonic) {
            try recordDeviation(deviation, of: session, reason: reason, actor: actor)
        }
        reviewInputs(session)
        warnOfRefusals(session)
        tellWatchers(session)
        whenDurable(session) { [weak self] in
            guard let self else { return }
            call.reply(ControlInterface.StartPhase.Reply(session: self.information(session)))
        }
    }

    /// The way through the protocol ends with the session; phases that are left are a deviation.
    func endProcedure(of session: ActiveSession, reason: String?, actor: String) {
        keepAlarms(of: session.identifier, session.procedure)
        do throws(ControlError) {
            try recordAborted(of: session, at: Clocks.now(), reason: reason, actor: actor)
            if let deviation = session.procedure.procedure?.end() {
                try recordDeviation(deviation, of: session, reason: reason, actor: actor)
            }
        } catch {
            log.error("\(session.identifier): a deviation could not be recorded: \(error)")
        }
    }

    // MARK: - Deviations

    private func recordDeviation(
        _ deviation: Procedure.Deviation, of session: ActiveSession, reason: String?, actor: String
    ) throws(ControlError) {
        try recordDeviation(
            deviation.name, phases: deviation.phases, of: session, reason: reason, actor: actor)
    }

    /// A phase that ends by its duration was left before that.
    private func recordAborted(
        of session: ActiveSession, at now: Instant, reason: String?, actor: String
    ) throws(ControlError) {
        guard let name = session.phase, let phase = session.plan?.phase(named: name),
            phase.advance == .duration, let seconds = phase.durationSeconds,
            let began = session.procedure.phaseBegan
        else { return }
        let elapsed = now - began
        // Whoever ends it in time may be a little early by a clock of its own.
        guard Double(elapsed) < seconds * 1e9 - Double(Self.earliness) else { return }
        try recordDeviation(
            "aborted", phases: [name], of: session, reason: reason, actor: actor,
            more: [
                ("elapsed_ms", "\(elapsed / 1_000_000)"),
                ("planned_ms", "\(Int64(seconds * 1000))"),
            ])
    }

    private static let earliness: Int64 = 1_000_000_000

    /// Records a departure from the protocol as an event and in the audit trail.
    private func recordDeviation(
        _ name: String, phases: [String], of session: ActiveSession, reason: String?,
        actor: String, more: [(String, String)] = []
    ) throws(ControlError) {
        let triple = Clocks.triple()
        let detail = JSONText.object(
            [
                ("deviation", JSONText.string(name)), ("phases", JSONText.list(phases)),
                ("reason", reason.map(JSONText.string) ?? "null"),
                ("actor", JSONText.string(actor)),
            ] + more)
        try record(
            .event(kind: "deviation", payload: detail, time: triple.monotonic), for: session)
        try record(
            .audit(
                action: "deviation", detail: detail, time: triple.monotonic,
                realtime: triple.realtime, actor: actor), for: session)
        log.notice(
            "\(session.identifier) departs from its protocol: \(name) \(phases.joined(separator: ", "))"
        )
    }

    // MARK: - Pauses and messages

    func pauseSession(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: ControlInterface.PauseSession.self)
        let session = try recording(asked.session)
        guard session.procedure.paused == nil else {
            throw ControlError.invalidState("paused", expected: ["recording"])
        }
        guard !asked.reason.isBlank else {
            throw VarlinkError.invalidParameter("reason", reason: "a pause needs one")
        }
        try recordEvent("paused", reason: asked.reason, of: session, actor: call.actor)
        answerWhenDurable(session) {
            call.reply(ControlInterface.PauseSession.Reply(session: $0))
        }
    }

    func resumeSession(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: ControlInterface.ResumeSession.self)
        let session = try recording(asked.session)
        guard session.procedure.paused != nil else {
            throw ControlError.invalidState("recording", expected: ["paused"])
        }
        try recordEvent("resumed", reason: asked.reason, of: session, actor: call.actor)
        answerWhenDurable(session) {
            call.reply(ControlInterface.ResumeSession.Reply(session: $0))
        }
    }

    func sendMessage(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: ControlInterface.SendMessage.self)
        let session = try recording(asked.session)
        guard !asked.text.isBlank, asked.text.count <= Self.longestMessage else {
            throw VarlinkError.invalidParameter(
                "text", reason: "1 to \(Self.longestMessage) characters")
        }
        let message = session.procedure.nextMessage(asked.text)
        try recordEvent(
            "message",
            [
                ("id", "\(message.id)"), ("text", JSONText.string(message.text)),
                ("actor", JSONText.string(call.actor)),
            ], of: session)
        answerWhenDurable(session) {
            call.reply(ControlInterface.SendMessage.Reply(session: $0))
        }
    }

    /// Characters of an operator's message.
    private static let longestMessage = 2000

    private func recordEvent(
        _ kind: String, reason: String?, of session: ActiveSession, actor: String
    ) throws(ControlError) {
        try recordEvent(
            kind,
            [
                ("reason", reason.map(JSONText.string) ?? "null"),
                ("actor", JSONText.string(actor)),
            ], of: session)
    }

    /// Records an event of the daemon's own; the session's state follows it, and its clients are told.
    func recordEvent(
        _ kind: String, _ members: [(String, String)], of session: ActiveSession
    ) throws(ControlError) {
        let now = Clocks.now()
        let payload = JSONText.object(members)
        try record(.event(kind: kind, payload: payload, time: now), for: session)
        let actor = members.first { $0.0 == "actor" }.flatMap {
            try? JSONValue(parsing: $0.1).string
        }
        try audit(kind, members, of: session, actor: actor ?? "attuned")
        if let value = try? JSONValue(parsing: payload) {
            session.procedure.take(kind, value, at: now, isClients: false)
        }
        tellWatchers(session)
    }

    private func answerWhenDurable(
        _ session: ActiveSession, _ answer: @escaping (SessionInfo) -> Void
    ) {
        whenDurable(session) { [weak self] in
            guard let self else { return }
            answer(self.information(session))
        }
    }

    // MARK: - After a crash

    /// Brings a session's procedure to where its file says that it was.
    func takeUpProcedure(of session: ActiveSession) {
        do throws(SessionStoreError) {
            session.procedure = try ProcedureState(
                session.plan, kind: session.description.kind, file: session.path)
        } catch {
            log.error("the procedure of \(session.identifier) cannot be read again: \(error)")
        }
    }
}

extension ProcedureState {
    /// The state that a session's file tells: its phases, and the events that this follows, in the order
    /// in which they were stored.
    init(
        _ plan: StudyPlan?, kind: SessionKind, file: String
    ) throws(SessionStoreError) {
        self.init(plan, kind: kind)
        let reader = try SessionReader.open(at: file, alignment: .recorded)
        let phases = try reader.phases()
        let events = try reader.events(of: Self.kinds)
        try reader.close()
        for phase in phases { _ = enter(phase.name, at: phase.started) }
        for event in events {
            guard let payload = try? JSONValue(parsing: event.payload) else { continue }
            take(event.kind, payload, at: event.time, isClients: event.client != nil)
        }
    }

    /// The kinds of events that this follows.
    private static let kinds = [
        "alarm", "alarm_acknowledged", "paused", "resumed", "message", "fitting_notes",
    ]
}

extension String {
    /// Whether it says nothing.
    var isBlank: Bool { allSatisfy(\.isWhitespace) }
}

extension Array where Element: Hashable {
    /// The elements in order, each once.
    func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
