import Link
import StudyProtocol
import SystemCalls
import Timebase

/// The fitting: sensors, disk and clients are looked at when somebody asks, and before the fitting phase
/// is left.
extension Station {
    func checkFitting(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: ControlInterface.CheckFitting.self)
        let session = try recording(asked.session)
        checkFitting(session, session.fitting) { checks in
            call.reply(ControlInterface.CheckFitting.Reply(checks: checks))
        }
    }

    func noteFitting(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: ControlInterface.NoteFitting.self)
        let session = try recording(asked.session)
        for (name, note) in asked.notes.sorted(by: { $0.key < $1.key }) {
            guard Self.isPlainName(name) else {
                throw ControlError.invalidName(name, reason: Self.plainNames)
            }
            guard !note.isBlank, note.count <= Self.longestNote else {
                throw VarlinkError.invalidParameter(
                    "notes", reason: "\(name): 1 to \(Self.longestNote) characters")
            }
        }
        guard !asked.notes.isEmpty else {
            throw VarlinkError.invalidParameter("notes", reason: "at least one")
        }
        let notes = JSONValue.object(asked.notes.mapValues(JSONValue.string)).text
        try recordEvent(
            "fitting_notes",
            [("notes", notes), ("actor", JSONText.string(call.actor))], of: session)
        whenDurable(session) { [weak self] in
            guard let self else { return }
            call.reply(
                ControlInterface.NoteFitting.Reply(
                    session: self.information(session), notes: session.procedure.fittingNotes))
        }
    }

    /// Characters of a note.
    private static let longestNote = 500

    /// Has a fitting phase looked at, with all that has come until now, and goes on with what was found.
    func checkFitting(
        _ session: ActiveSession, _ phase: StudyPhase?,
        _ answer: @escaping ([FittingCheck]) -> Void
    ) {
        let number = nextFitting
        nextFitting += 1
        fittingAnswers[number] = answer
        // A mark that was just set has to stand in the file. Where nothing waits, no commit comes.
        if controlRing.published <= durableControl { return look(session, phase, number) }
        whenDurable(session) { [weak self] in self?.look(session, phase, number) }
    }

    private func look(_ session: ActiveSession, _ phase: StudyPhase?, _ number: UInt64) {
        let order = fittingOrder(session, phase, number)
        do throws(SystemError) {
            if fitter == nil { fitter = try Fitter(notices: notices) }
            fitter?.messages.post(.look(order))
        } catch {
            fitted(number, order.unreadable("It cannot be looked at: \(error)"))
        }
    }

    func fitted(_ number: UInt64, _ checks: [FittingCheck]) {
        fittingAnswers.removeValue(forKey: number)?(checks)
    }

    private func fittingOrder(
        _ session: ActiveSession, _ phase: StudyPhase?, _ number: UInt64
    ) -> FittingOrder {
        let snapshot = board.read()
        let plan = phase?.fitting
        return FittingOrder(
            number: number, path: session.path,
            required: Set(plan?.checks.map(\.rawValue) ?? []),
            asked: plan?.asks.map(\.rawValue) ?? [], notes: session.procedure.fittingNotes,
            settleSeconds: plan?.settleSeconds ?? 0,
            began: phase != nil && phase?.name == session.phase
                ? session.procedure.phaseBegan : nil,
            started: session.description.started,
            devices: session.devices.compactMap { devices[$0] }
                .filter { !$0.isInput && $0.marks.isEmpty }
                .map { device in
                    let health = snapshot.sources[device.id]
                    return FittingOrder.Device(
                        name: device.name,
                        failure: device.isOpen
                            ? nil
                            : device.reason.isEmpty ? device.state.rawValue : device.reason,
                        charge: device.battery, leadsOff: health?.leadsOff,
                        noContact: health?.noContact, lastSample: health?.lastSample)
                },
            freeBytes: (try? FileSystem.freeBytes(data)) ?? 0)
    }
}

extension ActiveSession {
    /// The fitting phase that counts now: the one the session is in, else the protocol's first.
    var fitting: StudyPhase? {
        let phases = plan?.phases.filter { $0.fitting != nil } ?? []
        return phases.first { $0.name == phase } ?? phases.first
    }
}
