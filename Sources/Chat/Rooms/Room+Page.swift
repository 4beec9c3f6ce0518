import Link
import SimulatedClient
import StudyProtocol
import SystemCalls
import Timebase

/// What pages tell.
extension Room {
    /// Takes what a page hands in.
    /// - Returns: the last event that is taken for good, and the revision after it.
    func take(_ batch: PageBatch) throws(PageRefusal) -> (acknowledged: Int64, revision: Int) {
        if isOver { throw PageRefusal(.gone, "the session is over") }
        var entries: [RoomEntry] = []
        var draft = state
        var doings: [PageEventReader.Meaning] = []
        let now = Clocks.now()
        let trips = newTrips(batch, now)
        if !trips.isEmpty { entries.append(.trips(trips, page: batch.page)) }
        let known = state.pages[batch.page]?.sequence ?? 0
        if known == 0 && state.pages.count >= Self.mostPages {
            throw PageRefusal(.tooMany, "this page was loaded too often")
        }
        var next = known + 1
        // Who writes while a reply is painted has seen it: it stands whole before what was written.
        if batch.events.contains(where: { $0.kind == "turn" && $0.sequence >= next }) {
            finishPainting(&entries, &draft)
        }
        for event in batch.events where event.sequence >= next {
            // What lies between will be sent again, and this with it.
            guard event.sequence == next else { break }
            next += 1
            let reader = PageEventReader(
                plan: plan, state: draft, phase: link.phase,
                takesDraftText: takesDraftText(draft))
            let read = reader.read(event)
            var kind = read.kind
            if kind == "focus" {
                // The chat itself tells the daemon, for it also has to say it anew on each connection.
                kind = "window_focus"
                noteFocus(of: batch.page, read.payload["focused"] == .bool(true), &entries, &draft)
            } else if kind == "pagehide" {
                noteFocus(of: batch.page, false, &entries, &draft)
            }
            let outgoing = RoomEntry.Outgoing(
                sequence: event.sequence, timeNs: event.timeNs, kind: kind, payload: read.payload)
            add(.page(outgoing, page: batch.page), &entries, &draft)
            mean(read.meaning, &entries, &draft)
            if read.meaning != .nothing { doings.append(read.meaning) }
        }
        do throws(ChatError) {
            try commit(entries, durably: doings.contains(where: \.isWeighty))
        } catch {
            surroundings.log.error("\(error)")
            throw PageRefusal(.unavailable, "nothing can be written; it is tried again")
        }
        if doings.contains(where: \.concernsConsent) { reviewSpeakers() }
        if !doings.isEmpty { goOn() }
        startWhenJoined()
        return (state.pages[batch.page]?.sequence ?? 0, currentRevision)
    }

    /// Loads of the page in one session: beyond it something is wrong, and each costs files.
    private static let mostPages = 200

    func add(_ entry: RoomEntry, _ entries: inout [RoomEntry], _ draft: inout RoomState) {
        entries.append(entry)
        draft.apply(entry)
    }

    /// Adds an event of the chat's own to facts that are being collected.
    func say(
        _ kind: String, _ payload: JSONValue, _ entries: inout [RoomEntry],
        _ draft: inout RoomState
    ) {
        let event = RoomEntry.Outgoing(
            sequence: draft.chatSequence + 1, timeNs: Clocks.now().nanoseconds, kind: kind,
            payload: payload)
        add(.chat(event), &entries, &draft)
    }

    /// Round trips that can have happened, and in their order: the daemon refuses others, and
    /// everything of that page with them.
    private func newTrips(_ batch: PageBatch, _ now: Instant) -> [ClockObservation] {
        let known = state.pages[batch.page]?.trips ?? []
        var last = known.last
        var trips: [ClockObservation] = []
        for trip in batch.trips where trip.isPossible(now: now) {
            // A page that sends its trips again, or out of order.
            if let last, trip.clientSentNs < last.clientReceivedNs { continue }
            trips.append(trip)
            last = trip
        }
        return known.count + trips.count > 20_000 ? [] : trips
    }

    private func noteFocus(
        of page: String, _ isFocused: Bool, _ entries: inout [RoomEntry],
        _ draft: inout RoomState
    ) {
        let before = focusedPage != nil
        if isFocused {
            focusedPage = page
        } else if focusedPage == page {
            focusedPage = nil
        }
        guard before != (focusedPage != nil) else { return }
        say("focus", ["focused": .bool(focusedPage != nil)], &entries, &draft)
    }

    /// Facts that follow from an event.
    private func mean(
        _ meaning: PageEventReader.Meaning, _ entries: inout [RoomEntry], _ draft: inout RoomState
    ) {
        switch meaning {
        case .nothing: break
        case .turn(let text, let id):
            reportProvenance(of: text, &entries, &draft)
            let turn = RoomTurn(
                number: draft.nextTurnNumber, author: .participant, text: text, id: id,
                utcMs: Clocks.realtime() / 1_000_000)
            add(.turn(turn), &entries, &draft)
            checkParticipant(turn, &entries, &draft)
        case .insertion(let insertion): add(.insertion(insertion), &entries, &draft)
        case .answers(let name, let answers, let isFinal):
            checkAnswers(answers, of: name, &entries, &draft)
            add(
                .answers(questionnaire: name, answers: answers, final: isFinal), &entries, &draft)
        case .consent(let tier, let granted):
            add(.consent(tier: tier, granted: granted), &entries, &draft)
        case .wish(let wish): add(.wish(wish), &entries, &draft)
        case .withdrawTier(let tier):
            add(.consent(tier: tier, granted: false), &entries, &draft)
            say("consent", ["tier": .string(tier), "granted": false], &entries, &draft)
        case .microphone(let state, let detail):
            guard plan.phase(link.phase)?.kind == .fitting else { return }
            let color: JSONValue =
                switch state {
                case "green", "amber", "red": .string(state)
                case "ok", "granted": "green"
                case "denied", "missing", "none": "red"
                default: "amber"
                }
            say(
                "fitting",
                ["check": "microphone", "state": color, "detail": .string("\(state) \(detail)")],
                &entries, &draft)
        }
    }

    /// Where the words of a message came from, without anyone coding it.
    private func reportProvenance(
        of text: String, _ entries: inout [RoomEntry], _ draft: inout RoomState
    ) {
        guard let chat = plan.chat, let newest = draft.offered.last else { return }
        let offered = draft.offered.flatMap(\.suggestions)
        let insertions = draft.insertions.compactMap { try? $0.decode(SuggestionInsertion.self) }
        let report = Provenance.report(
            sent: text, shown: offered, insertions: insertions, thresholds: chat.adoption,
            wereShown: newest.isShown, turn: Int64(draft.nextTurnNumber))
        guard let payload = try? JSONValue(encoding: report) else { return }
        say("provenance", payload, &entries, &draft)
    }

    /// Looks for cues of danger in what the participant wrote.
    private func checkParticipant(
        _ turn: RoomTurn, _ entries: inout [RoomEntry], _ draft: inout RoomState
    ) {
        check(turn.text, turn: turn.number, place: "message \(turn.number)", &entries, &draft)
    }

    /// The same in answers that are new: free texts, and what is written beside an option.
    private func checkAnswers(
        _ answers: JSONValue, of questionnaire: String, _ entries: inout [RoomEntry],
        _ draft: inout RoomState
    ) {
        guard case .object(let members) = answers else { return }
        for (item, answer) in members.sorted(by: { $0.key < $1.key })
        where draft.answers[questionnaire]?[item] != answer {
            let text = Self.words(in: answer).joined(separator: "\n")
            guard !text.isEmpty else { continue }
            check(
                text, turn: draft.turns.last?.number ?? 0,
                place: "answer to \(questionnaire), \(item)", &entries, &draft)
        }
    }

    private static func words(in value: JSONValue) -> [String] {
        switch value {
        case .string(let text): [text]
        case .array(let elements): elements.flatMap(words)
        case .object(let members):
            members.sorted { $0.key < $1.key }.flatMap { words(in: $0.value) }
        default: []
        }
    }

    /// The rules of the session's language; they also watch where nobody can speak.
    private func rules() -> SafetyRules? {
        if let rules = speakers?.safety ?? guardian { return rules }
        guard let chat = plan.chat else { return nil }
        guardian = try? SafetyRules.load(
            named: chat.safety.rules, sessionLanguage: plan.language)
        return guardian
    }

    private func check(
        _ text: String, turn: Int, place: String, _ entries: inout [RoomEntry],
        _ draft: inout RoomState
    ) {
        guard let chat = plan.chat,
            let finding = rules()?.check(text, side: .participant, permits: [])
        else { return }
        report(finding, turn: turn, action: chat.safety.cues.rawValue, &entries, &draft)
        say(
            "alarm",
            [
                "code": "participant-safety",
                "text": .string(
                    "The participant's \(place) has a cue of danger (\(finding.category), rule "
                        + "\(finding.rule)): read it, and speak with the participant."),
                "severity": "urgent", "needs_acknowledgement": true,
            ], &entries, &draft)
        add(.alarmed(atNs: Clocks.now().nanoseconds), &entries, &draft)
    }

    /// What a check found, as an event without the words.
    func report(
        _ finding: SafetyFinding, turn: Int, action: String, _ entries: inout [RoomEntry],
        _ draft: inout RoomState
    ) {
        guard case .object(var payload)? = try? JSONValue(encoding: finding) else { return }
        payload["turn"] = .integer(Int64(turn))
        payload["action"] = .string(action)
        say("safety", .object(payload), &entries, &draft)
    }
}

extension PageEventReader.Meaning {
    fileprivate var concernsConsent: Bool {
        switch self {
        case .consent, .withdrawTier: true
        default: false
        }
    }

    /// Whether its loss would hurt, so that it has to survive the machine too.
    fileprivate var isWeighty: Bool {
        switch self {
        case .nothing, .insertion, .microphone: false
        case .turn, .answers, .consent, .wish, .withdrawTier: true
        }
    }
}

extension SuggestionsOffer {
    /// The suggestions as values.
    var suggestions: [Suggestion] {
        (groups.array ?? []).flatMap { group -> [Suggestion] in
            guard let name = group["name"]?.string, let kind = SuggestionGroup(rawValue: name)
            else { return [] }
            return (group["items"]?.array ?? []).compactMap { item in
                guard let id = item["id"]?.string, let text = item["text"]?.string else {
                    return nil
                }
                return Suggestion(id: id, group: kind, text: text, source: source)
            }
        }
    }

    /// A set as the page and the journal have it.
    init(_ set: SuggestionSet, name: String, turn: Int, isShown: Bool) {
        self.init(
            set: name, turn: turn, source: set.suggestions.first?.source ?? "none",
            isShown: isShown,
            groups: .array(
                SuggestionGroup.allCases.compactMap { group in
                    let items = set.of(group)
                    guard !items.isEmpty else { return nil }
                    return [
                        "name": .string(group.rawValue), "title": .string(group.title),
                        "items": .array(
                            items.map { ["id": .string($0.id), "text": .string($0.text)] }),
                    ]
                }))
    }
}
