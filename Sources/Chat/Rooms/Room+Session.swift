import Link
import SimulatedClient
import StudyProtocol
import SystemCalls
import Timebase

/// The session around the conversation: phases, pauses, alarms, and what the participant asks for.
extension Room {
    // MARK: News

    /// Takes what the links tell.
    func take(_ news: LinkNews) {
        switch news {
        case .session(let session): take(session)
        case .gone:
            end(outcome: "finished")
        case .waiting(let reason):
            if !isDaemonAway { surroundings.log.warning("session \(session): \(reason)") }
            isDaemonAway = true
        case .refused(let name, let refusal):
            surroundings.log.error(
                "session \(session), \(name.page.map { "page \($0)" } ?? "chat"): \(refusal)")
        case .confirmedTrips(let name, let count):
            guard let page = name.page else { return }
            note([.tripsConfirmed(count, page: page)])
        case .linked:
            // What was said of the focus went with the connection.
            if focusedPage != nil { note([event("focus", ["focused": true])]) }
        case .drained: wakeDrained(true)
        }
    }

    private func take(_ session: LinkSession) {
        isDaemonAway = false
        let before = link
        link = session
        var entries: [RoomEntry] = []
        if session.phase != state.phase {
            // A phase that began before this process did is as old as the session where nothing else
            // is known.
            let since =
                state.enteredPhases.isEmpty && session.phase == plan.next(after: nil)?.name
                ? max(session.startedNs, Clocks.now().nanoseconds - 2_000_000_000)
                : Clocks.now().nanoseconds
            entries.append(.phase(session.phase, sinceNs: since))
            pausedNanoseconds = 0
            pausedSince = nil
            if session.phase != nil, !plan.isChat(session.phase) { dropReply(&entries) }
        }
        if state.alarmedNs != nil, session.alarms.isEmpty, !before.alarms.isEmpty {
            entries.append(.alarmSettled)
        }
        notePause(session.paused != nil)
        note(entries)
        if plan.isChat(session.phase) {
            noteChat(since: study == nil ? session.startedNs : state.phaseSinceNs)
        }
        if session.condition != before.condition {
            plan = RoomPlan(
                study: plan.study, session: session,
                defaultPersona: surroundings.settings.persona)
            prepareSpeakers()
        } else if session.consent != before.consent {
            prepareSpeakers()
        }
        if session.state != .recording, session.state != .stopping {
            noteOutcome(session.state)
        }
        publish()
        goOn()
    }

    /// The session is over: how, its own record says.
    private func noteOutcome(_ state: SessionState) {
        if let endingAs { return end(outcome: endingAs) }
        guard self.state.outcome == nil, !isAskingOutcome else { return }
        isAskingOutcome = true
        Task {
            var outcome = state.rawValue
            do throws(ClientError) {
                let info = try await surroundings.station.call(
                    ControlInterface.GetSession.self, .init(session: session)
                ).session
                outcome = info.outcome ?? outcome
            } catch {
                surroundings.log.warning("session \(session): \(error)")
            }
            isAskingOutcome = false
            end(outcome: outcome)
        }
    }

    private var study: StudyPlan? { plan.study }

    private func notePause(_ isPaused: Bool) {
        let now = Clocks.now()
        if isPaused {
            pausedSince = pausedSince ?? now
        } else if let since = pausedSince {
            pausedNanoseconds += now - since
            pausedSince = nil
            isPausing = false
        }
    }

    private func dropReply(_ entries: inout [RoomEntry]) {
        conversing?.cancel()
        isTyping = false
        painting = nil
        if state.pending != nil || !state.unanswered.isEmpty { entries.append(.replyDropped) }
    }

    private func end(outcome: String) {
        guard state.outcome == nil else { return }
        conversing?.cancel()
        isTyping = false
        noteEnd()
        note([.ended(outcome: outcome)], durably: true)
        surroundings.models.forget(session: session)
        Task { await clearUp() }
    }

    /// Removes what is on the chat's own disk once the session has it. What could not be delivered
    /// stays, unless everything was withdrawn.
    private func clearUp() async {
        let isDelivered = await drain()
        let isWithdrawn = state.outcome == "withdrawn"
        surroundings.links.order(.forget(session: session, removing: isWithdrawn))
        if isDelivered || isWithdrawn { removeJournal() }
    }

    // MARK: Going on

    /// Does what is to be done now, and sees to it that what is to be done later is.
    func goOn() {
        if isOver { return }
        converse()
        pauseWhereNeeded()
        fulfilWish()
        checkModel()
        scheduleNext()
    }

    /// Has `due` called at a moment.
    func wake(at due: Instant) {
        // One that is due already still comes.
        if let timer, timer.due <= due { return }
        timer?.task.cancel()
        let wait = max(0, due - Clocks.now())
        let task = Task { [weak self] in
            try? await Task.sleep(for: .nanoseconds(wait))
            guard !Task.isCancelled else { return }
            await self?.due()
        }
        timer = (due, task)
    }

    private func due() {
        timer = nil
        if isOver { return }
        let now = Clocks.now()
        if let reply = state.pending, canWrite, painting == nil, now.nanoseconds >= reply.dueNs {
            handOut(reply)
        }
        if link.paused == nil, let phase = plan.phase(link.phase), phase.advance == .duration,
            let seconds = phase.durationSeconds,
            Double(phaseNanoseconds(at: now)) >= seconds * 1e9, state.wish == nil
        {
            note([.wish(.advance(from: phase.name))], durably: true)
        }
        goOn()
    }

    private func scheduleNext() {
        if let reply = state.pending, canWrite, painting == nil {
            wake(at: Instant(nanoseconds: reply.dueNs))
        }
        let now = Clocks.now()
        if let alarmed = state.alarmedNs, !isPausing, link.paused == nil, let chat = plan.chat {
            let patience = Int64(chat.safety.acknowledgeWithinSeconds * 1e9)
            wake(at: Instant(nanoseconds: alarmed + patience))
        }
        if link.paused == nil, let phase = plan.phase(link.phase), phase.advance == .duration,
            let seconds = phase.durationSeconds, state.wish == nil
        {
            let left = Int64(seconds * 1e9) - phaseNanoseconds(at: now)
            wake(at: now + max(0, left))
        }
        // A wish that the daemon did not fulfil is tried again.
        if state.wish != nil, !isWishing { wake(at: now + 2_000_000_000) }
    }

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

    private func fulfilWish() {
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
    private func drain() async -> Bool {
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

    private func wakeDrained(_ isDrained: Bool) {
        let waiting = drained
        drained = []
        for continuation in waiting { continuation.resume(returning: isDrained) }
    }

    // MARK: Alarms and pauses

    private func pauseWhereNeeded() {
        guard !isPausing, link.paused == nil, !isOver else { return }
        if let reason = modelPause {
            modelPause = nil
            pause("model: \(reason)")
            return
        }
        guard let alarmed = state.alarmedNs, let chat = plan.chat else { return }
        let waited = Clocks.now().nanoseconds - alarmed
        let patience = Int64(chat.safety.acknowledgeWithinSeconds * 1e9)
        if chat.safety.cues == .alertAndPause, pausedAlarmNs != alarmed {
            pausedAlarmNs = alarmed
            pause("safety: a message of the participant has a cue of danger")
        } else if waited >= patience, lateAlarmNs != alarmed {
            lateAlarmNs = alarmed
            pause("safety: nobody acknowledged the alarm")
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
    private func checkModel() {
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
            } else {
                let milliseconds = (exchange.latencyNs ?? 0) / 1_000_000
                tellFitting("green", "answered within \(milliseconds) ms")
            }
        }
    }

    private func tellFitting(_ state: String, _ detail: String) {
        note([
            event(
                "fitting",
                ["check": "model", "state": .string(state), "detail": .string(detail)])
        ])
    }
}
