import Foundation
import Link
import SessionStore
import SystemCalls
import Timebase

/// Alarms of linked clients: raised, told, acknowledged. One that needs acknowledgement stays until
/// somebody gives it, whatever becomes of the daemon or of the session.
extension Station {
    /// Takes note of a client's event that has just been put into the ring.
    func noticed(_ event: LinkEvent, in session: ActiveSession) {
        guard event.kind == "alarm" else { return }
        session.procedure.take(
            event.kind, event.payload, at: Clocks.now(), isClients: true)
        if let alarm = session.procedure.alarms.last {
            log.warning(
                "\(session.identifier): alarm \(alarm.id) (\(alarm.severity)): \(alarm.code)")
        }
        tellWatchers(session)
    }

    /// Pauses sessions whose alarms nobody acknowledged within the time that their protocol allows.
    func pauseForNeglectedAlarms(_ now: Instant) {
        for session in sessions.values where session.state == .recording {
            guard let seconds = session.plan?.chat?.safety.acknowledgeWithinSeconds,
                let alarm = session.procedure.neglectedAlarm(
                    after: Int64(clamping: seconds * 1e9), now: now)
            else { continue }
            let reason =
                "nobody acknowledged the alarm \(alarm.id) within \(Int(seconds)) s: \(alarm.code)"
            do throws(ControlError) {
                try recordEvent(
                    "paused",
                    [
                        ("reason", JSONText.string(reason)),
                        ("actor", JSONText.string("attuned")),
                        ("alarm", JSONText.string(alarm.id)),
                    ], of: session)
                log.warning("\(session.identifier) is paused: \(reason)")
            } catch {
                // The ring is full; it is tried again at the next tick.
                log.error("\(session.identifier) could not be paused: \(error)")
            }
        }
    }

    /// All alarms, oldest first.
    func allAlarms() -> [Alarm] {
        let raised = sessions.values.flatMap { session in
            session.procedure.alarms.map { Alarm($0, session: session.identifier) }
        }
        return (alarms.values + raised + leftAlarms).sorted { $0.sinceNs < $1.sinceNs }
    }

    func acknowledgeAlarm(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: ControlInterface.AcknowledgeAlarm.self)
        if let own = alarms[asked.alarm],
            asked.session.isEmpty || own.session?.hasPrefix(asked.session) ?? false
        {
            return try acknowledge(own, asked, call)
        }
        guard let session = session(asked.session) else {
            return try acknowledgeLeft(asked, call)
        }
        let state = session.procedure
        guard let alarm = state.alarms.first(where: { $0.id == asked.alarm }),
            !alarm.isAcknowledged
        else { throw ControlError.noSuchAlarm(asked.alarm, waiting: state.waitingAlarms) }
        guard session.state == .recording else {
            throw ControlError.invalidState(session.state.rawValue, expected: ["recording"])
        }
        try recordEvent(
            "alarm_acknowledged",
            [
                ("alarm", JSONText.string(alarm.id)), ("code", JSONText.string(alarm.code)),
                ("actor", JSONText.string(call.actor)),
                ("note", asked.note.map(JSONText.string) ?? "null"),
                ("waited_ms", "\(max(0, Clocks.now() - alarm.since) / 1_000_000)"),
            ], of: session)
        var seen = alarm
        seen.isAcknowledged = true
        whenDurable(session) {
            call.reply(
                ControlInterface.AcknowledgeAlarm.Reply(
                    alarm: Alarm(seen, session: session.identifier)))
        }
    }

    /// The station's own alarm: it ends by itself, and until then somebody has seen it.
    private func acknowledge(
        _ alarm: Alarm, _ asked: ControlInterface.AcknowledgeAlarm.Parameters, _ call: VarlinkCall
    ) throws {
        var seen = alarm
        seen.acknowledged = true
        alarms[alarm.code] = seen
        log.info("\(call.actor) has seen the alarm '\(alarm.code)': \(asked.note ?? "")")
        guard let identifier = alarm.session, let session = session(identifier),
            session.state == .recording
        else {
            note(
                "alarm_acknowledged", [("alarm", JSONText.string(alarm.id))], actor: call.actor)
            call.reply(ControlInterface.AcknowledgeAlarm.Reply(alarm: seen))
            return
        }
        try recordEvent(
            "alarm_acknowledged",
            [
                ("alarm", JSONText.string(alarm.id)), ("code", JSONText.string(alarm.code)),
                ("actor", JSONText.string(call.actor)),
                ("note", asked.note.map(JSONText.string) ?? "null"),
                ("waited_ms", "\(max(0, Clocks.now().nanoseconds - alarm.sinceNs) / 1_000_000)"),
            ], of: session)
        whenDurable(session) {
            call.reply(ControlInterface.AcknowledgeAlarm.Reply(alarm: seen))
        }
    }

    // MARK: - Alarms of sessions that have ended

    /// Keeps a session's waiting alarms beyond its end. It is done when the end is asked for, so that
    /// there is no moment at which they stand nowhere.
    func keepAlarms(of session: String, _ state: ProcedureState) {
        let waiting = state.alarms.filter(\.isWaiting).map { Alarm($0, session: session) }
        let kept = LeftAlarms.read(data: data)
        let others = kept.filter { $0.session != session }
        if waiting.isEmpty && others.count == kept.count { return }
        write(others + waiting)
    }

    /// Keeps what waited in a session that broke off and does not go on.
    func keepAlarms(ofInterrupted row: SessionRow) {
        let description = row.description
        guard
            let file = try? StudyDirectory.relativePath(
                participant: description.participant, kind: description.kind,
                started: description.startedRealtime),
            let state = try? ProcedureState(
                nil, kind: description.kind, file: "\(data)/\(description.study)/\(file)")
        else { return }
        keepAlarms(of: description.identifier, state)
    }

    /// Shows what was kept, but for sessions that record: these show their alarms themselves.
    func showLeftAlarms() {
        let active = Set(sessions.values.map(\.identifier))
        leftAlarms = LeftAlarms.read(data: data).filter { !active.contains($0.session ?? "") }
    }

    private func acknowledgeLeft(
        _ asked: ControlInterface.AcknowledgeAlarm.Parameters, _ call: VarlinkCall
    ) throws {
        let ofSession = leftAlarms.filter {
            asked.session.isEmpty || $0.session?.hasPrefix(asked.session) == true
        }
        guard !ofSession.isEmpty else { throw ControlError.noSuchSession(asked.session) }
        let found = ofSession.filter { $0.id == asked.alarm }
        guard found.count == 1, var alarm = found.first else {
            throw ControlError.noSuchAlarm(asked.alarm, waiting: ofSession.map(\.id))
        }
        // The session's file is closed: the acknowledgement stands in the station's own record.
        do throws(SystemError) {
            try LeftAlarms.record(
                alarm, actor: call.actor, note: asked.note, data: data)
        } catch {
            throw ControlError.storageFailed(reason: "\(error)")
        }
        write(LeftAlarms.read(data: data).filter { !$0.isSame(as: alarm) })
        leftAlarms.removeAll { $0.isSame(as: alarm) }
        alarm.acknowledged = true
        note(
            "alarm_acknowledged",
            [
                ("alarm", JSONText.string(alarm.id)),
                ("session", JSONText.string(alarm.session ?? "")),
            ], actor: call.actor)
        call.reply(ControlInterface.AcknowledgeAlarm.Reply(alarm: alarm))
    }

    /// Nobody has to see alarms of sessions that are deleted.
    /// - Parameter areRemoved: whether nothing is to be left of the sessions: neither who saw their alarms,
    ///   nor what was noted about it.
    func forgetAlarms(of sessions: [String], areRemoved: Bool) {
        let kept = LeftAlarms.read(data: data)
        let left = kept.filter { !sessions.contains($0.session ?? "") }
        if left.count < kept.count { write(left) }
        guard areRemoved else { return }
        do throws(SystemError) {
            try LeftAlarms.forgetAcknowledged(of: Set(sessions), data: data)
        } catch {
            // It is found when what is left is looked through.
            log.error("notes on alarms that were acknowledged cannot be deleted: \(error)")
        }
    }

    private func write(_ alarms: [Alarm]) {
        do throws(SystemError) {
            try LeftAlarms.write(alarms, data: data)
        } catch {
            log.critical("alarms that wait for acknowledgement cannot be kept: \(error)")
        }
    }
}

extension Alarm {
    init(_ alarm: ProcedureState.ClientAlarm, session: String) {
        self.init(
            id: alarm.id, code: alarm.code, text: alarm.text, severity: alarm.severity,
            sinceNs: alarm.since.nanoseconds, session: session,
            needsAcknowledgement: alarm.needsAcknowledgement,
            acknowledged: alarm.isAcknowledged)
    }

    func isSame(as other: Alarm) -> Bool { id == other.id && session == other.session }
}
