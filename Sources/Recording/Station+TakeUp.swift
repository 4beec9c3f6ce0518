import SessionStore
import SystemCalls

/// What a daemon before this one left.
extension Station {
    /// Takes up the sessions that a crash interrupted, and finishes those that wait for it.
    func takeUp(_ recovery: RecoveredStation) {
        nextSession = recovery.highestSession + 1
        for resumed in recovery.resumed {
            let session = resumed.session
            sessions[session.number] = session
            anchor(session.path)
            takeUpProcedure(of: session)
            takeUpPlacement(of: session)
            for id in session.devices { devices[id]?.session = session.number }
            takeUpConsent(of: session)
            // Number and names were given in the first life; announce nothing twice.
            log.info("session \(session.identifier) goes on")
            for device in session.devices.compactMap({ devices[$0] }) where device.isInput {
                openInput(device)
            }
        }
        // Before the finisher has the files for itself.
        surveyIndex()
        takeInStrays()
        for row in recovery.interrupted { keepAlarms(ofInterrupted: row) }
        for path in recovery.denied {
            raise(
                "denied:\(path)",
                "\(path) may not be read and written by attuned; nothing of it is taken up. Give it the "
                    + "owner and the mode of the other recordings, and start attuned again.")
        }
        for path in recovery.unfinished { finisher.messages.post(.session(path: path)) }
        for row in recovery.interrupted { index(row, state: .interrupted) }
        // Before anything is continued: what is to be removed is not.
        takeUpRemovals()
        takeUpRedactions()
        stopWithdrawn()
        for row in recovery.interrupted { continueInterrupted(row) }
        showLeftAlarms()
        updateInhibitor()
    }

    /// Starts a linked continuation of a session that broke off too long ago.
    private func continueInterrupted(_ row: SessionRow) {
        let old = row.description
        guard !removing.contains(old.identifier) else {
            return log.notice("\(old.identifier) is not continued: it is to be removed")
        }
        do {
            let session = try start(
                study: old.study, participant: old.participant, protocolName: old.protocolName,
                kind: old.kind, isPilot: old.isPilot, parent: old.parent,
                continuationOf: old.identifier, devices: nil, actor: "attuned")
            log.info("session \(session.identifier) continues \(old.identifier)")
        } catch {
            log.error("\(old.identifier) cannot be continued: \(error)")
        }
    }

    /// Stops what was taken up of participants who had withdrawn, when the daemon ended before it had
    /// stopped it.
    private func stopWithdrawn() {
        for session in sessions.values where hasDatabase(study: session.description.study) {
            let description = session.description
            do throws(SessionStoreError) {
                let entry = try study(description.study).roster().first {
                    $0.participant.code == description.participant
                }
                if entry?.status == .withdrawn { stopWithdrawn(session, actor: "attuned") }
            } catch {
                log.error(
                    "whether \(description.participant) has withdrawn cannot be read: \(error)")
            }
        }
    }
}
