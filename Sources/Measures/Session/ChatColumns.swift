import SessionStore
import Timebase

/// Latencies, typing, texts and the use of Suggestions, stretch by stretch.
struct ChatColumns {
    let plan: MeasurePlan
    let drafts: SessionDrafts
    let suggestions: SuggestionLog
    private let happenings: ChatHappenings
    private let settings: MeasureSettings
    private let data: Set<MeasureData>
    /// By the turn's number.
    private let messages: [Int64: SessionDrafts.Message]

    init(_ plan: MeasurePlan, _ settings: MeasureSettings, _ data: Set<MeasureData>) {
        self.plan = plan
        self.settings = settings
        self.data = data
        happenings = ChatHappenings(plan.events)
        drafts = SessionDrafts(
            turns: plan.turns, edits: plan.edits, events: plan.events,
            phases: plan.phases.map { Phase(name: $0.name, started: $0.from, ended: $0.to) },
            settings: DraftSettings(pause: Int64(clamping: settings.pause * 1e9)))
        suggestions = SuggestionLog(plan.events, turns: plan.turns)
        messages = Dictionary(
            drafts.messages.compactMap { message in
                message.turn.number.map { ($0, message) }
            }, uniquingKeysWith: { first, _ in first })
    }

    // MARK: - Variables

    static func variables(isTurn: Bool) -> [MeasureVariable] {
        let of = isTurn ? "" : "; median of the turns sent in the stretch"
        var variables = [
            MeasureVariable(
                "first_key_ms", .real, "ms",
                "From the message that is answered standing on the screen to the first key\(of)"),
            MeasureVariable("send_ms", .real, "ms", "From the first key to sending\(of)"),
            MeasureVariable(
                "reply_ms", .real, "ms",
                "From the participant's sending to the other side's next message on the screen\(of)"
            ),
            MeasureVariable("key_presses", .integer, "", "Key presses, as the keyboard told them"),
            MeasureVariable(
                "press_ms", .real, "ms",
                "Median time from press to press, without pauses; of edits where there are no keys"),
            MeasureVariable("edits", .integer, "", "Edits of drafts; compositions count once"),
            MeasureVariable("pauses", .integer, "", "Pauses between two edits"),
            MeasureVariable("pause_ms", .real, "ms", "How long all pauses are together"),
            MeasureVariable(
                "bursts", .integer, "", "Stretches of writing without a pause or revision"),
            MeasureVariable("burst_length", .real, "", "Mean characters of a burst (UTF-16)"),
            MeasureVariable("deletions", .integer, "", "Edits that only delete"),
            MeasureVariable("deleted_chars", .integer, "", "Characters that went (UTF-16)"),
            MeasureVariable("pastes", .integer, "", "Edits that paste"),
            MeasureVariable("pasted_chars", .integer, "", "Characters that were pasted (UTF-16)"),
            MeasureVariable("typed_chars", .integer, "", "Characters that were written (UTF-16)"),
            MeasureVariable(
                "speed", .real, "1/min", "Characters a minute of writing without pauses"),
        ]
        if !isTurn {
            variables.append(
                MeasureVariable("messages", .integer, "", "Messages that the participant sent"))
        }
        let whose = isTurn ? "the turn" : "the participant's messages"
        variables += [
            MeasureVariable("chars", .integer, "", "Characters of \(whose) (grapheme clusters)"),
            MeasureVariable("words", .integer, "", "Words of \(whose)"),
            MeasureVariable("sentences", .integer, "", "Sentences of \(whose)"),
            MeasureVariable(
                "shown_suggestions", .integer, "", "Suggestions that came to stand on the screen"),
            MeasureVariable(
                "inserted_suggestions", .integer, "", "How often one was put into a draft"),
            MeasureVariable(
                "accept_ms", .real, "ms",
                "From Suggestions on the screen to the first one put in\(of)"),
            MeasureVariable(
                "suggested_pct", .real, "%",
                "Share of the sent characters that stand in a Suggestion that was shown (UTF-16)"),
        ]
        if isTurn {
            variables.append(
                MeasureVariable(
                    "use_class", .category(SuggestionLog.classes), "",
                    "How the message uses Suggestions that were shown, as the chat classified it"))
        } else {
            variables += [
                MeasureVariable(
                    "accepted_n", .integer, "", "Messages that are a Suggestion as shown"),
                MeasureVariable(
                    "edited_n", .integer, "", "Messages that are one with small changes"),
                MeasureVariable(
                    "combined_n", .integer, "", "Messages of several, or of one and more"),
                MeasureVariable("rewritten_n", .integer, "", "Messages with words of one"),
                MeasureVariable(
                    "ignored_n", .integer, "",
                    "Messages without an overlap, though Suggestions were shown"),
            ]
        }
        return variables
    }

    // MARK: - Values

    func add(to row: inout MeasureRow, _ stretch: MeasureStretch) {
        if case .turn(let number) = stretch.kind {
            addTurn(number, stretch, to: &row)
        } else {
            addLong(stretch, to: &row)
        }
    }

    private func addTurn(_ number: Int64, _ stretch: MeasureStretch, to row: inout MeasureRow) {
        guard let place = plan.turns.firstIndex(where: { $0.number == number }) else { return }
        let turn = plan.turns[place]
        let counts = TextCounts(turn.text)
        row.set("chars", counts.characters)
        row.set("words", counts.words)
        row.set("sentences", counts.sentences)
        guard turn.author == "participant" else {
            row.set("reply_ms", replyTime(place))
            return
        }
        row.set("first_key_ms", firstKey(place))
        row.set("send_ms", begun(turn).map { Double(turn.sent - $0) / 1e6 })
        addPresses(in: stretch, to: &row)
        if let dynamics = messages[number]?.dynamics { addWriting([dynamics], to: &row) }
        addOffers(in: stretch, to: &row)
        row.set("accept_ms", acceptTime(place))
        if let use = suggestions.uses[number], use.shown {
            row.set("use_class", use.adoption)
            row.set("suggested_pct", use.share.map { 100 * $0 })
        }
    }

    private func addLong(_ stretch: MeasureStretch, to row: inout MeasureRow) {
        addPresses(in: stretch, to: &row)
        if data.contains(.draftEdits) { addWriting(dynamics(in: stretch), to: &row) }
        guard data.contains(.turns) else { return }
        let places = plan.turns.indices.filter { stretch.range.contains(plan.turns[$0].sent) }
        let own = places.filter { plan.turns[$0].author == "participant" }
        row.set("first_key_ms", Self.median(own.compactMap(firstKey)))
        row.set(
            "send_ms",
            Self.median(
                own.compactMap { place in
                    begun(plan.turns[place]).map { Double(plan.turns[place].sent - $0) / 1e6 }
                }))
        row.set(
            "reply_ms",
            Self.median(
                places.filter { plan.turns[$0].author != "participant" }.compactMap(replyTime)))
        let counts = own.map { TextCounts(plan.turns[$0].text) }
        row.set("messages", own.count)
        row.set("chars", counts.reduce(0) { $0 + $1.characters })
        row.set("words", counts.reduce(0) { $0 + $1.words })
        row.set("sentences", counts.reduce(0) { $0 + $1.sentences })
        addOffers(in: stretch, to: &row)
        row.set("accept_ms", Self.median(own.compactMap(acceptTime)))
        let sent = own.compactMap { place in
            plan.turns[place].number.flatMap { suggestions.uses[$0] }.map {
                (use: $0, length: plan.turns[place].text.utf16.count)
            }
        }.filter(\.use.shown)
        for (name, adoption) in zip(
            ["accepted_n", "edited_n", "combined_n", "rewritten_n", "ignored_n"],
            SuggestionLog.classes)
        {
            row.set(name, sent.count { $0.use.adoption == adoption })
        }
        let length = sent.reduce(0) { $0 + ($1.use.share == nil ? 0 : $1.length) }
        if length > 0 {
            let taken = sent.reduce(0) { $0 + ($1.use.share ?? 0) * Double($1.length) }
            row.set("suggested_pct", 100 * taken / Double(length))
        }
    }

    // MARK: - Latencies

    /// When the writing of a turn began.
    private func begun(_ turn: Turn) -> Instant? {
        turn.composedFrom ?? turn.number.flatMap { messages[$0]?.dynamics?.began }
    }

    /// The other side's last message before a turn of the participant, if no turn of theirs lies between.
    private func answered(_ place: Int) -> Instant? {
        guard place > 0, plan.turns[place - 1].author != "participant" else { return nil }
        return plan.turns[place - 1].shown ?? plan.turns[place - 1].sent
    }

    private func firstKey(_ place: Int) -> Double? {
        guard let shown = answered(place), let begun = begun(plan.turns[place]) else { return nil }
        return Double(begun - shown) / 1e6
    }

    /// From the participant's sending to a turn of the other side that follows it.
    private func replyTime(_ place: Int) -> Double? {
        guard place > 0, plan.turns[place - 1].author == "participant" else { return nil }
        let turn = plan.turns[place]
        return Double((turn.shown ?? turn.sent) - plan.turns[place - 1].sent) / 1e6
    }

    private func acceptTime(_ place: Int) -> Double? {
        let turn = plan.turns[place]
        let start = place > 0 ? plan.turns[place - 1].sent : Instant(nanoseconds: .min)
        guard let set = suggestions.shown.last(where: { start <= $0.time && $0.time <= turn.sent }),
            let first = suggestions.inserted.first(where: {
                set.time <= $0 && $0 <= turn.sent
            })
        else { return nil }
        return Double(first - set.time) / 1e6
    }

    private func addOffers(in stretch: MeasureStretch, to row: inout MeasureRow) {
        guard data.contains(.turns) else { return }
        // What was shown stands among the page's paints; what was put in needs the edits' consent.
        row.set(
            "shown_suggestions",
            suggestions.shown.reduce(0) { $0 + (stretch.range.contains($1.time) ? $1.count : 0) })
        guard data.contains(.draftEdits) else { return }
        row.set(
            "inserted_suggestions", suggestions.inserted.count { stretch.range.contains($0) })
    }

    // MARK: - Typing

    /// How drafts were written in a stretch, whether or not they were sent.
    private func dynamics(in stretch: MeasureStretch) -> [DraftDynamics] {
        struct Draft: Hashable {
            var client: String
            var number: Int64
        }
        var edits: [Draft: [DraftEdit]] = [:]
        for edit in plan.edits where stretch.range.contains(edit.time) {
            edits[Draft(client: edit.client ?? "", number: edit.turn), default: []].append(edit)
        }
        return edits.sorted { $0.value[0].time < $1.value[0].time }.compactMap { draft, edits in
            DraftDynamics(
                edits, compositions: happenings.compositions[draft.client] ?? [],
                insertions: happenings.insertions[draft.client] ?? [],
                settings: DraftSettings(pause: Int64(clamping: settings.pause * 1e9)))
        }
    }

    private func addWriting(_ drafts: [DraftDynamics], to row: inout MeasureRow) {
        func sum(_ value: (DraftDynamics) -> Int) -> Int { drafts.reduce(0) { $0 + value($1) } }
        let bursts = drafts.flatMap(\.bursts)
        let pauses = drafts.flatMap(\.pauses)
        row.set("edits", sum(\.edits))
        row.set("pauses", pauses.count)
        row.set("pause_ms", pauses.reduce(0) { $0 + Double($1) / 1e6 })
        row.set("bursts", bursts.count)
        if !bursts.isEmpty {
            row.set(
                "burst_length",
                bursts.reduce(0) { $0 + Double($1.inserted) } / Double(bursts.count))
        }
        row.set("deletions", sum(\.deletions))
        row.set("deleted_chars", sum { Int(clamping: Double($0.deleted)) })
        row.set("pastes", sum(\.pastes))
        row.set("pasted_chars", sum { Int(clamping: Double($0.pasted)) })
        let typed = sum { Int(clamping: Double($0.typed)) }
        row.set("typed_chars", typed)
        let active = drafts.reduce(0.0) {
            $0 + Double($1.writing) - Double($1.pauses.reduce(0, &+))
        }
        if typed >= 10, active > 0 { row.set("speed", Double(typed) / active * 60e9) }
    }

    private func addPresses(in stretch: MeasureStretch, to row: inout MeasureRow) {
        let keys = plan.keys.lazy.map(\.pressed).filter { stretch.range.contains($0) }
        if data.contains(.keys), !plan.keys.isEmpty { row.set("key_presses", keys.count) }
        let presses =
            keys.isEmpty
            ? plan.edits.map(\.time).filter { stretch.range.contains($0) } : Array(keys)
        let pause = settings.pause * 1e9
        let steps = zip(presses, presses.dropFirst()).map { Double($1 - $0) }
            .filter { $0 < pause }
        row.set("press_ms", Self.median(steps).map { $0 / 1e6 })
    }

    private static func median(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : ClusterMean.quantile(values.sorted(), 0.5)
    }
}
