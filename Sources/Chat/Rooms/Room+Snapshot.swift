import Link
import StudyProtocol
import SystemCalls
import Timebase
import Web

/// What the participant's page is told.
extension Room {
    /// The whole state with the times of now.
    func snapshot() -> JSONValue {
        withTime(snapshotWithoutTime(), phaseChanged: true)
    }

    /// Adds what changes by itself: it would make every moment a change.
    func withTime(_ value: JSONValue, phaseChanged: Bool) -> JSONValue {
        guard case .object(var members) = value else { return value }
        let now = Clocks.now()
        members["now_ms"] = .integer((now.nanoseconds - link.startedNs) / 1_000_000)
        members["revision"] = .integer(Int64(currentRevision))
        if phaseChanged, case .object(var phase)? = members["phase"] {
            phase["elapsed_ms"] = .integer(phaseNanoseconds(at: now) / 1_000_000)
            members["phase"] = .object(phase)
        }
        return .object(members)
    }

    /// How long the phase has lasted, without its pauses.
    func phaseNanoseconds(at now: Instant) -> Int64 {
        let paused = pausedNanoseconds + (pausedSince.map { now - $0 } ?? 0)
        return max(0, now.nanoseconds - state.phaseSinceNs - paused)
    }

    /// The tiers' answers, as the session knows them and as the page just gave them.
    var consent: [String: Bool] { consent(in: state) }

    private func consent(in state: RoomState) -> [String: Bool] {
        link.consent.merging(state.consent) { _, newer in newer }
    }

    /// Whether text of drafts may leave the page.
    var takesDraftText: Bool { takesDraftText(state) }

    /// The same where facts are being collected: what comes after a withdrawal in the same batch has
    /// no consent any more.
    func takesDraftText(_ state: RoomState) -> Bool {
        let given = Set(
            consent(in: state).filter(\.value).keys.compactMap(ConsentTier.Name.init(rawValue:)))
        return plan.study?.isCovered(.draftText, by: given) ?? false
    }

    var isOver: Bool { state.outcome != nil }

    func snapshotWithoutTime() -> JSONValue {
        let phase = plan.phase(link.phase)
        var members: [String: JSONValue] = [
            "language": .string(plan.language),
            "session": [
                "state": .string(link.state.rawValue), "pilot": .bool(link.pilot),
            ],
            "phases": .array(
                (plan.study?.phases ?? []).map {
                    [
                        "name": .string($0.name), "title": .string($0.title),
                        "kind": .string($0.kind.rawValue),
                    ]
                }),
            "consent": consentPart(isNeeded: phase?.kind == .consent),
            "questionnaires": .array(questionnairesPart()),
            "resources": .array(resourcesPart()),
            "limits": [
                "draft_text": .bool(takesDraftText),
                "message_length": .integer(Int64(PageEventReader.messageLength)),
            ],
        ]
        members["phase"] = phase.map(phasePart) ?? .null
        // Who withdrew everything is not shown it any more, nor is anybody else at this page.
        let isWithdrawn = state.outcome == "withdrawn"
        members["chat"] = isWithdrawn ? .null : chatPart(phase) ?? .null
        if isWithdrawn { members["questionnaires"] = [] }
        members["message"] =
            link.message.map { ["id": .integer(Int64($0.id)), "text": .string($0.text)] } ?? .null
        members["paused"] = link.paused == nil ? .null : ["reason": "paused"]
        members["ended"] = state.outcome.map { ["outcome": .string($0)] } ?? .null
        return .object(members)
    }

    private func phasePart(_ phase: StudyPhase) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(phase.name), "title": .string(phase.title),
            "kind": .string(phase.kind.rawValue), "advance": .string(phase.advance.rawValue),
        ]
        members["instructions"] = phase.instructions.map(JSONValue.string)
        members["duration_seconds"] = phase.durationSeconds.map(JSONValue.real)
        if let fitting = phase.fitting {
            // The page looks after one of them, the microphone.
            members["checks"] = .array(fitting.checks.map { .string($0.rawValue) })
        }
        if phase.kind == .baseline {
            members["task"] = .string(phase.task.rawValue)
            members["text"] = phase.text.map(JSONValue.string)
        }
        return .object(members)
    }

    private func consentPart(isNeeded: Bool) -> JSONValue {
        let answers = consent
        let tiers = (plan.study?.consent ?? []).map { tier -> JSONValue in
            var members: [String: JSONValue] = [
                "name": .string(tier.name.rawValue), "title": .string(tier.title),
                "required": .bool(tier.isRequired),
                "answer": answers[tier.name.rawValue].map(JSONValue.bool) ?? .null,
            ]
            members["explanation"] = tier.explanation.map(JSONValue.string)
            if let endpoint = tier.endpoint {
                members["endpoint"] = [
                    "url": .string(endpoint.url), "operator": .string(endpoint.operatorName),
                    "country": .string(endpoint.country),
                    "retention": .string(endpoint.retention),
                ]
            }
            return .object(members)
        }
        return ["tiers": .array(tiers), "needed": .bool(isNeeded)]
    }

    private func questionnairesPart() -> [JSONValue] {
        plan.questionnaires(in: link.phase).compactMap { questionnaire in
            let page = questionnaire.page(condition: plan.condition, seed: plan.seed)
            guard case .object(var members)? = try? JSONValue(encoding: page) else { return nil }
            members["answers"] = .object(state.answers[questionnaire.name] ?? [:])
            members["final"] = .bool(state.finalAnswers.contains(questionnaire.name))
            return .object(members)
        }
    }

    private func resourcesPart() -> [JSONValue] {
        guard state.offersResources, let resources = plan.chat?.safety.resources else { return [] }
        return resources.compactMap { try? JSONValue(encoding: $0) }
    }

    private func chatPart(_ phase: StudyPhase?) -> JSONValue? {
        guard let chat = plan.chat else { return nil }
        var turns = state.turns
        if let painting { turns.append(painting) }
        var members: [String: JSONValue] = [
            "client_label": .string(chat.clientLabel),
            "turns": .array(turns.map { Self.part($0, isPartial: $0.number == painting?.number) }),
            "typing": .bool(isTyping && link.paused == nil),
            "can_write": .bool(canWrite),
            "series": .array(showsEmotions ? state.series : []),
        ]
        members["started_ms"] =
            state.chatSinceNs.map { .integer(($0 - link.startedNs) / 1_000_000) } ?? .null
        members["emotion"] = showsEmotions ? state.emotion ?? .null : .null
        if let offer = state.suggestions, offer.isShown {
            members["suggestions"] = [
                "set": .string(offer.set), "turn": .integer(Int64(offer.turn)),
                "groups": offer.groups,
            ]
        } else {
            members["suggestions"] = .null
        }
        members["machine_notice"] =
            chat.machineNotice.words(in: phase?.kind).map(JSONValue.string) ?? .null
        return .object(members)
    }

    private var showsEmotions: Bool {
        guard let emotions = plan.chat?.emotions else { return false }
        return emotions.isShown && emotions.display != .none
    }

    /// Whether a message can be sent now.
    var canWrite: Bool {
        plan.isChat(link.phase) && link.state == .recording && link.paused == nil && !isOver
            && speakersProblem == nil
    }

    private static func part(_ turn: RoomTurn, isPartial: Bool) -> JSONValue {
        [
            "number": .integer(Int64(turn.number)), "author": .string(turn.author.rawValue),
            "text": .string(turn.text), "partial": .bool(isPartial),
            "id": turn.id.map(JSONValue.string) ?? .null, "utc": .string(UTCText.of(turn.utcMs)),
        ]
    }
}
