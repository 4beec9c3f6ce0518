import Link
import SimulatedClient
import StudyProtocol
import SystemCalls

/// What watches over the session: alarms that nobody acknowledges, models that fail, and whether the
/// model answers at all.
extension Room {
    func pauseWhereNeeded() {
        guard !isPausing, link.paused == nil, !isOver, !isRecalling else { return }
        if let reason = modelPause {
            modelPause = nil
            pause("model: \(reason)")
            return
        }
        guard let alarmed = state.alarmedNs, let chat = plan.chat else { return }
        let waited = Clocks.now().nanoseconds - alarmed
        let patience = Int64(chat.safety.acknowledgeWithinSeconds * 1e9)
        if chat.safety.cues == .alertAndPause, pausedAlarmNs != state.newestAlarmNs {
            pausedAlarmNs = state.newestAlarmNs
            pause("safety: a message of the participant has a cue of danger")
        } else if waited >= patience, lateAlarmNs != alarmed {
            lateAlarmNs = alarmed
            pause("safety: nobody acknowledged the alarm")
        }
    }

    /// Whether an alarm that was raised before this process began was acknowledged meanwhile: once the
    /// daemon has it, the session tells what still waits.
    func recallAlarm() {
        isRecalling = true
        Task {
            if await drain() {
                // The news of an alarm that has only now arrived come right behind it.
                try? await Task.sleep(for: .seconds(1))
                if state.alarmedNs != nil, link.alarms.isEmpty { note([.alarmSettled]) }
            }
            isRecalling = false
            goOn()
        }
    }

    private func pause(_ reason: String) {
        isPausing = true
        surroundings.log.warning("session \(session) is paused: \(reason)")
        Task {
            do throws(ClientError) {
                _ = try await surroundings.station.call(
                    ControlInterface.PauseSession.self, .init(session: session, reason: reason))
            } catch {
                isPausing = false
                surroundings.log.error("session \(session) cannot be paused: \(error)")
            }
        }
    }

    // MARK: Fitting

    /// In a fitting phase the model is tried, so that it is known to answer before it has to.
    func checkModel() {
        guard let phase = plan.phase(link.phase), phase.kind == .fitting,
            phase.fitting?.checks.contains(.model) ?? false, hasFittedModel != phase.name
        else { return }
        hasFittedModel = phase.name
        guard let model = speakers?.model else {
            let detail = speakersProblem ?? "scripted client"
            tellFitting(speakersProblem == nil ? "green" : "red", detail)
            return
        }
        Task {
            let exchange = await model.run(
                ModelRequest(
                    purpose: "fitting",
                    messages: [ModelMessage(role: .user, content: "Answer with the word ready.")]),
                onDelta: nil)
            var entries: [RoomEntry] = []
            var draft = state
            say("model_call", exchange, 0, &entries, &draft)
            note(entries)
            if let failure = exchange.failure {
                tellFitting("red", failure.message)
                // Somebody may be starting it.
                try? await Task.sleep(for: .seconds(5))
                if hasFittedModel == phase.name, !isOver {
                    hasFittedModel = nil
                    checkModel()
                }
            } else {
                let milliseconds = (exchange.latencyNs ?? 0) / 1_000_000
                tellFitting("green", "answered within \(milliseconds) ms")
            }
        }
    }

    func tellFitting(_ state: String, _ detail: String) {
        note([
            event(
                "fitting",
                ["check": "model", "state": .string(state), "detail": .string(detail)])
        ])
    }
}
