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
            hasFittedModel = nil
            if session.phase != nil, !plan.isChat(session.phase) { dropReply(&entries) }
        }
        for tier in state.consent.keys.sorted()
        where session.consent[tier] != before.consent[tier] {
            // The page's answer has arrived, or the operator's came after it.
            entries.append(.consentTold(tier: tier))
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
            conversing?.cancel()
            prepareSpeakers()
        } else if session.consent != before.consent {
            reviewSpeakers()
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

    func notePause(_ isPaused: Bool) {
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
        suggesting?.cancel()
        isTyping = false
        // What the participant began to read was said.
        var draft = state
        if painting != nil { return finishPainting(&entries, &draft) }
        if state.pending != nil || !state.unanswered.isEmpty { entries.append(.replyDropped) }
    }

    func end(outcome: String) {
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
    func clearUp() async {
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

    func scheduleNext() {
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
}
