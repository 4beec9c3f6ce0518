import Link
import StudyProtocol
import SystemCalls
import Timebase

/// Phases, stops and withdrawals, as the page, the time and the protocol ask for them.
extension Room {
    // MARK: Phases, stops and withdrawals

    /// The first phase begins when the participant is there, unless it is the operator's.
    func startWhenJoined() {
        guard link.phase == nil, state.enteredPhases.isEmpty, !hasStarted, !isOver,
            let first = plan.next(after: nil), first.kind != .fitting
        else { return }
        hasStarted = true
        Task { await start(first.name) }
    }

    private func start(_ phase: String) async {
        do throws(ClientError) {
            _ = try await surroundings.station.call(
                ControlInterface.StartPhase.self, .init(session: session, phase: phase))
        } catch {
            hasStarted = false
            surroundings.log.warning("session \(session), phase \(phase): \(error)")
        }
    }

    func fulfilWish() {
        guard let wish = state.wish, !isWishing else { return }
        isWishing = true
        Task {
            await fulfil(wish)
            isWishing = false
            // What could not be done is tried again a little later; another wish is looked at now.
            if state.wish == wish { scheduleNext() } else { goOn() }
        }
    }

    private func fulfil(_ wish: RoomWish) async {
        switch wish {
        case .advance(let from): await advance(from: from, wish)
        case .stop(let reason):
            await stop(outcome: "aborted", reason: reason ?? "stopped by the participant", wish)
        case .withdraw:
            await stop(outcome: "withdrawn", reason: "withdrawn by the participant", wish)
        }
    }

    /// A wish is done; another one may have come meanwhile.
    private func settle(_ wish: RoomWish) {
        if state.wish == wish { note([.wishDone]) }
    }

    private func advance(from: String, _ wish: RoomWish) async {
        guard let phase = plan.phase(from), link.phase == from, mayLeave(phase) else {
            settle(wish)
            return
        }
        guard let next = plan.next(after: from) else {
            await stop(outcome: "completed", reason: nil, wish)
            return
        }
        await drain()
        // Somebody may want out meanwhile.
        guard state.wish == wish else { return }
        do throws(ClientError) {
            _ = try await surroundings.station.call(
                ControlInterface.StartPhase.self, .init(session: session, phase: next.name))
            // The news of the new phase settles the wish. Were it settled here, time could end the old
            // phase once more before they come.
        } catch {
            surroundings.log.warning("session \(session), phase \(next.name): \(error)")
            // The daemon knows better than the page; only a lost connection is tried again.
            if case .refused = error { settle(wish) }
        }
    }

    /// Whether a phase is the participant's, or the time's, to end, and what it asks is answered.
    private func mayLeave(_ phase: StudyPhase) -> Bool {
        switch phase.advance {
        case .operator: return false
        case .duration:
            let seconds = phase.durationSeconds ?? 0
            return Double(phaseNanoseconds(at: Clocks.now())) >= seconds * 1e9 - 1e9
        case .participant: break
        }
        if phase.kind == .consent {
            let answers = consent
            guard
                plan.study?.consent.allSatisfy({
                    !$0.isRequired || answers[$0.name.rawValue] == true
                }) ?? true
            else { return false }
        }
        return phase.questionnaires.allSatisfy(state.finalAnswers.contains)
    }

    private func stop(outcome: String, reason: String?, _ wish: RoomWish) async {
        await drain()
        endingAs = outcome
        do throws(ClientError) {
            _ = try await surroundings.station.call(
                ControlInterface.StopSession.self,
                .init(session: session, outcome: outcome, reason: reason))
            settle(wish)
            end(outcome: outcome)
        } catch {
            endingAs = nil
            surroundings.log.error("session \(session) cannot be stopped: \(error)")
            if case .refused = error { settle(wish) }
        }
    }

    /// Waits until what was told is stored, so that nothing comes after the end; a few seconds at most.
    /// - Returns: whether everything is.
    @discardableResult
    func drain() async -> Bool {
        let links = surroundings.links
        let session = session
        let limit = Task {
            try? await Task.sleep(for: .seconds(5))
            if !Task.isCancelled { self.wakeDrained(false) }
        }
        let isDrained = await withCheckedContinuation {
            (continuation: CheckedContinuation<Bool, Never>) in
            drained.append(continuation)
            links.order(.drain(session: session))
        }
        limit.cancel()
        return isDrained
    }

    func wakeDrained(_ isDrained: Bool) {
        let waiting = drained
        drained = []
        for continuation in waiting { continuation.resume(returning: isDrained) }
    }
}
