import Link
import SimulatedClient
import StudyProtocol
import SystemCalls
import Timebase
import Web

/// The other side of the conversation: replies, the feelings behind them, and suggestions.
extension Room {
    /// Makes those who speak, anew where the model or consent changed.
    func prepareSpeakers() {
        guard plan.chat != nil else { return }
        do throws(ChatError) {
            let model = try chosenModel()
            speakers = try RoomSpeakers(plan: plan, model: model, state: state)
            speakersProblem = nil
        } catch {
            speakers = nil
            if speakersProblem != error.message { refuse(error.message) }
            speakersProblem = error.message
        }
    }

    /// Makes the speakers anew where consent to the model came or went. A request under way is cancelled
    /// with it, and its turn answered by who may speak now.
    func reviewSpeakers() {
        guard plan.chat != nil else { return }
        if let speakers {
            let may = (try? chosenModel()) != nil
            guard may != (speakers.model != nil) else { return }
        }
        conversing?.cancel()
        suggesting?.cancel()
        prepareSpeakers()
    }

    private func refuse(_ reason: String) {
        surroundings.log.error("session \(session): \(reason)")
        note([
            event(
                "alarm",
                [
                    "code": "chat-refused", "text": .string("There is no chat: \(reason)"),
                    "severity": "urgent", "needs_acknowledgement": true,
                ])
        ])
    }

    /// The model that may be asked: only one that the participant's consent names. nil for the scripted
    /// client, which also speaks until the participant has agreed.
    private func chosenModel() throws(ChatError) -> (any LanguageModel)? {
        guard let model = plan.chat?.model, let study = plan.study else { return nil }
        let answers = consent
        let agreed = study.consent.filter { answers[$0.name.rawValue] == true }
        let declined = study.consent.filter { answers[$0.name.rawValue] != true }
        do throws(ModelFailure) {
            // What no consent could ever cover is a mistake of the protocol.
            try ModelPolicy.check(plan: model, consent: study.consent)
        } catch {
            throw ChatError(.daemon, error.message)
        }
        do throws(ModelFailure) {
            try ModelPolicy.check(plan: model, consent: agreed, declined: declined)
            let saved = state.budget.flatMap { try? $0.decode(ModelBudget.State.self) }
            return try surroundings.models.model(for: model, session: session, saved: saved)
        } catch {
            if error.code == .notConsented { return nil }
            throw ChatError(.daemon, error.message)
        }
    }

    // MARK: Composing

    /// Composes a reply where one is owed; then hands it out when it is due.
    func converse() {
        guard conversing == nil, painting == nil, canWrite, speakers != nil else { return }
        if let reply = state.pending {
            isTyping = true
            publish()
            wake(at: Instant(nanoseconds: reply.dueNs))
            return
        }
        let owed = state.unanswered
        guard !owed.isEmpty || state.turns.isEmpty && !hasOpened else { return }
        hasOpened = true
        conversing = Task { await self.compose(owed) }
    }

    private func compose(_ owed: [RoomTurn]) async {
        defer {
            conversing = nil
            goOn()
        }
        guard let speakers else { return }
        let began = Clocks.now()
        let lines = state.turns.filter { turn in !owed.contains { $0.number == turn.number } }
            .map(\.line)
        let text = owed.map(\.text).joined(separator: "\n")
        var reply: SimReply?
        if owed.isEmpty {
            reply = await speakers.client.open()
        } else {
            isTyping = true
            publish()
            reply = await speakers.client.reply(
                to: text, turn: state.participantTurns, history: lines, onDelta: nil)
        }
        // The session may have gone on meanwhile.
        guard var reply, !Task.isCancelled, !isOver else {
            isTyping = false
            return
        }
        var finding: SafetyFinding?
        if let found = speakers.safety.check(
            reply.text, side: .client, permits: plan.chat?.safety.permits ?? [])
        {
            finding = found
            if speakers.model != nil, !owed.isEmpty {
                reply = await speakers.client.replaceReply(
                    to: text, turn: state.participantTurns, history: lines,
                    because: "what the model said may not be said (\(found.rule))")
            }
        }
        let due = dueTime(of: reply, owed: owed, began: began)
        let scored = await score(reply, lines, speakers, until: due)
        guard !Task.isCancelled, !isOver else { return }
        accept(reply, owed: owed, began: began, due: due, scored: scored, finding: finding)
        let said = lines + owed.map(\.line)
        suggesting?.cancel()
        if speakers.suggestions is ModelSuggestions {
            // A slow model keeps nobody from answering.
            suggesting = Task { await self.suggest(after: reply, lines: said, scored: scored) }
        } else {
            await suggest(after: reply, lines: said, scored: scored)
        }
    }

    /// Has a reply's feeling read, for as long as the reply waits anyhow, or a second.
    private func score(
        _ reply: SimReply, _ lines: [ConversationLine], _ speakers: RoomSpeakers,
        until due: Instant
    ) async -> EmotionReading? {
        guard let scorer = speakers.scorer else { return nil }
        let scoring = Task { await scorer.score(reply.text, history: lines) }
        let wait = max(due - Clocks.now(), 1_000_000_000)
        let limit = Task {
            try? await Task.sleep(for: .nanoseconds(wait))
            scoring.cancel()
        }
        let scored = await withTaskCancellationHandler {
            await scoring.value
        } onCancel: {
            scoring.cancel()
        }
        limit.cancel()
        return scored
    }

    private func accept(
        _ reply: SimReply, owed: [RoomTurn], began: Instant, due: Instant,
        scored: EmotionReading?, finding: SafetyFinding?
    ) {
        var entries: [RoomEntry] = []
        var draft = state
        let number = draft.nextTurnNumber
        for exchange in reply.exchanges { say("model_call", exchange, number, &entries, &draft) }
        if let exchange = scored?.exchange { say("model_call", exchange, number, &entries, &draft) }
        if let finding {
            let action = speakers?.model == nil ? "noted" : "replaced"
            report(finding, turn: number, action: action, &entries, &draft)
        }
        let persona = try? JSONValue(encoding: reply.state)
        if let persona {
            say("persona_state", persona.with("turn_number", number), &entries, &draft)
            add(.persona(persona), &entries, &draft)
        }
        say("emotion", Self.payload(reply.intended, "intended", number), &entries, &draft)
        if let scored {
            say("emotion", Self.payload(scored, "scored", number), &entries, &draft)
        }
        let due = max(due, Clocks.now())
        say("reply", Self.payload(reply, owed, number, due), &entries, &draft)
        if let fallback = reply.fallback {
            say(
                "alarm",
                [
                    "code": "model-fallback", "text": .string("The client's reply: \(fallback)"),
                    "severity": "warning", "needs_acknowledgement": false,
                ], &entries, &draft)
        }
        if let pause = reply.pause {
            modelPause = pause
            add(.replyDropped, &entries, &draft)
            isTyping = false
        } else {
            let shown = displayed(intended: reply.intended, scored: scored)
            var pending = PendingReply(
                answers: owed.last?.number ?? 0, text: reply.text, source: reply.source,
                dueNs: due.nanoseconds, composedFromNs: began.nanoseconds,
                emotion: shown.map(Self.part), series: shown.map(Self.point), suggestions: nil)
            if plan.chat?.emotions.when == .whenKnown, plan.chat?.emotions.isShown == true,
                let feeling = pending.emotion
            {
                pending.emotion = nil
                add(.feeling(feeling.with("turn", number)), &entries, &draft)
                say("emotion", Self.displayedPayload(feeling, number), &entries, &draft)
            }
            add(.reply(pending), &entries, &draft)
        }
        if let used = surroundings.models.used(by: session),
            let budget = try? JSONValue(encoding: used)
        {
            add(.budget(budget), &entries, &draft)
        }
        note(entries, durably: true)
    }

    /// When a reply is handed out: what the model took counts towards the delay.
    private func dueTime(of reply: SimReply, owed: [RoomTurn], began: Instant) -> Instant {
        let milliseconds: Int
        switch plan.chat?.reply.delay ?? .persona {
        case .persona: milliseconds = reply.delayMilliseconds
        case .fixed: milliseconds = plan.chat?.reply.milliseconds ?? 0
        case .none: milliseconds = 0
        }
        let pace = surroundings.settings.replyPace
        let delay = Double(min(max(milliseconds, 0), 600_000)) * pace
        return max(Clocks.now(), began + Int64(delay * 1e6))
    }

    // MARK: Suggestions

    private func suggest(
        after reply: SimReply, lines: [ConversationLine], scored: EmotionReading?
    ) async {
        guard let source = speakers?.suggestions, let chat = plan.chat, reply.pause == nil else {
            return
        }
        let answers = state.pending?.answers
        let history = lines + [ConversationLine(author: .client, text: reply.text)]
        let found = await source.suggestions(
            history: history, state: reply.state, emotion: scored ?? reply.intended)
        guard !Task.isCancelled, !isOver else { return }
        let number = history.count
        let set = await permitted(found, history, reply, scored)
        if let exchange = set.exchange {
            var entries: [RoomEntry] = []
            var draft = state
            say("model_call", exchange, number, &entries, &draft)
            note(entries)
        }
        guard !set.suggestions.isEmpty else { return }
        let offer = SuggestionsOffer(
            set, name: Secret.name(), turn: number, isShown: chat.suggestions.isShown)
        if var pending = state.pending, pending.answers == answers {
            // They come with the reply.
            pending.suggestions = offer
            note([.reply(pending)])
        } else if state.turns.last?.author == .client || painting != nil {
            // The reply was quicker. Where the participant answered meanwhile they are too late.
            note(offerFacts(offer, turn: state.turns.last?.number ?? number))
        }
    }

    /// Leaves out what nobody should be offered to say; a group that is left empty is filled by the
    /// scripted source.
    private func permitted(
        _ set: SuggestionSet, _ history: [ConversationLine], _ reply: SimReply,
        _ scored: EmotionReading?
    ) async -> SuggestionSet {
        guard let speakers else { return set }
        var kept = set
        var entries: [RoomEntry] = []
        var draft = state
        kept.suggestions.removeAll { suggestion in
            guard let finding = speakers.safety.check(suggestion.text, side: .client) else {
                return false
            }
            report(
                finding, turn: history.count, action: "suggestion-left-out", &entries, &draft)
            return true
        }
        guard kept.suggestions.count < set.suggestions.count else { return set }
        note(entries)
        guard
            let scripted = try? ScriptedSuggestions(
                language: plan.language, each: plan.chat?.suggestions.each ?? 1,
                seed: state.opening?.seed ?? 1, shown: state.suggestedBefore)
        else { return kept }
        let others = await scripted.suggestions(
            history: history, state: reply.state, emotion: scored ?? reply.intended)
        for group in SuggestionGroup.allCases where kept.of(group).isEmpty {
            if !set.of(group).isEmpty { kept.suggestions += others.of(group) }
        }
        return kept
    }

    private func offerFacts(_ offer: SuggestionsOffer, turn: Int) -> [RoomEntry] {
        var offer = offer
        offer.turn = turn
        return [
            .suggestions(offer),
            event(
                "suggestions",
                [
                    "set": .string(offer.set), "turn": .integer(Int64(turn)),
                    "shown": .bool(offer.isShown), "source": .string(offer.source),
                    "groups": offer.groups,
                ]),
        ]
    }

    // MARK: Handing out

    /// Gives the reply that is due.
    func handOut(_ reply: PendingReply) {
        isTyping = false
        if plan.chat?.reply.paint == .streamed, painting == nil {
            paint(reply)
            return
        }
        note(turnFacts(reply), durably: true)
        goOn()
    }

    private func turnFacts(_ reply: PendingReply) -> [RoomEntry] {
        // A reply that was painted word by word was given when its first word was.
        let now = paintingSince ?? Clocks.now()
        paintingSince = nil
        let number = state.nextTurnNumber
        var entries: [RoomEntry] = [
            .turn(
                RoomTurn(
                    number: number, author: .client, text: reply.text, id: nil,
                    utcMs: (Clocks.realtime() - (Clocks.now() - now)) / 1_000_000)),
            event(
                "turn",
                [
                    "number": .integer(Int64(number)), "author": "client",
                    "text": .string(reply.text), "composed_from_ns": .integer(reply.composedFromNs),
                    "sent_ns": .integer(now.nanoseconds),
                ], at: now),
        ]
        if let emotion = reply.emotion, plan.chat?.emotions.isShown == true {
            entries.append(
                event("emotion", Self.displayedPayload(emotion, number), after: entries))
        }
        if let offer = reply.suggestions {
            for fact in offerFacts(offer, turn: number) {
                if case .chat(let told) = fact {
                    entries.append(event(told.kind, told.payload, after: entries))
                } else {
                    entries.append(fact)
                }
            }
        }
        return entries
    }

    private static func displayedPayload(_ emotion: JSONValue, _ number: Int) -> JSONValue {
        guard case .object(var payload) = emotion else { return emotion }
        payload["which"] = "displayed"
        payload["turn"] = .integer(Int64(number))
        return .object(payload)
    }

    /// Paints a reply word by word. It was checked as a whole before its first word.
    private func paint(_ reply: PendingReply) {
        let words = reply.text.split(separator: " ", omittingEmptySubsequences: false)
        let number = state.nextTurnNumber
        paintingSince = Clocks.now()
        painting = RoomTurn(
            number: number, author: .client, text: "", id: nil,
            utcMs: Clocks.realtime() / 1_000_000)
        Task {
            for count in 1...max(words.count, 1) {
                guard painting?.number == number else { return }
                painting?.text = words.prefix(count).joined(separator: " ")
                publish()
                try? await Task.sleep(for: .milliseconds(Self.wordMilliseconds))
            }
            guard painting?.number == number, let reply = state.pending else { return }
            painting = nil
            note(turnFacts(reply), durably: true)
            goOn()
        }
    }

    /// As quick as models commonly write, in milliseconds a word.
    private static let wordMilliseconds = 60

    /// Ends painting at once, the reply as a whole.
    func finishPainting(_ entries: inout [RoomEntry], _ draft: inout RoomState) {
        guard painting != nil, let reply = state.pending else { return }
        painting = nil
        for fact in turnFacts(reply) { add(fact, &entries, &draft) }
    }
}
