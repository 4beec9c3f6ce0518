/// Chooses what the scripted client says, from the persona's lines and the inner state.
struct ReplyChooser {
    let persona: Persona.Character
    /// What the message was read as; the state has taken it in already.
    let reading: MessageReading
    let turn: Int

    /// What is said, felt and done with it.
    struct Chosen: Hashable, Sendable {
        var text: String
        var feels: EmotionCategory?
        var stance: ReplyStance
        var disclosed: String?
    }

    private static let inviting: Set<SupporterMove> = [
        .openQuestion, .closedQuestion, .reflection, .validation, .affirmation,
    ]

    /// The reply. Always finds one.
    func choose(_ state: inout PersonaState) -> Chosen {
        let chosen = find(&state)
        if let name = chosen.disclosed,
            let told = persona.disclosures.first(where: { $0.name == name })
        {
            InnerState.disclose(told, &state, persona)
        }
        return chosen
    }

    private func find(_ state: inout PersonaState) -> Chosen {
        if let urgent = urgent(&state) { return urgent }
        let isInviting = reading.does(anyOf: Self.inviting)
        if isInviting, holdsBack(state), let line = line(.withheld, &state) { return line }
        if isInviting, let told = tell(&state) { return told }
        if reading.does(.farewell), let line = line(.farewell, &state) { return line }
        let order: [(SupporterMove, Situation)] = [
            (.openQuestion, .openQuestion), (.reflection, .reflection),
            (.validation, .validation), (.affirmation, .affirmation),
            (.closedQuestion, .closedQuestion), (.greeting, .greeting), (.offTopic, .offTopic),
            (.thanks, .thanks),
        ]
        for (move, situation) in order where reading.does(move) {
            if let line = line(situation, &state) { return line }
        }
        return line(.otherwise, &state) ?? again(.otherwise, &state)
    }

    /// What goes before anything else.
    private func urgent(_ state: inout PersonaState) -> Chosen? {
        // These two are answered each time, whatever was said before.
        if reading.does(.machineQuestion) { return again(.machineQuestion, &state) }
        if reading.does(.safetyQuestion) { return again(.safetyQuestion, &state) }
        let hurts: [(SupporterMove, Situation)] = [
            (.instruction, .instruction), (.judgement, .judgement), (.dismissal, .dismissal),
            (.pressure, .pressure),
        ]
        if let first = hurts.first(where: { reading.does($0.0) })?.1 {
            // When all lines were given, those for the like are better than the same again.
            let family: [Situation] =
                first == .instruction ? [] : [.judgement, .dismissal, .pressure]
            return closed([first] + family, &state)
        }
        guard reading.does(.advice) else { return nil }
        if InnerState.isEarly(state, persona) { return closed([.earlyAdvice], &state) }
        return line(.advice, &state) ?? again(.advice, &state)
    }

    /// A line of someone who closes up, the first that was not given yet of these situations.
    private func closed(_ situations: [Situation], _ state: inout PersonaState) -> Chosen {
        for situation in situations {
            if let line = line(situation, &state) { return line }
        }
        var chosen = line(.withheld, &state) ?? again(.otherwise, &state)
        chosen.stance = .withholds
        chosen.feels = situations.first.flatMap(feeling(of:)) ?? chosen.feels
        return chosen
    }

    /// Whether it gives a short answer though more would be possible.
    private func holdsBack(_ state: PersonaState) -> Bool {
        if state.questionsInARow > InnerState.interrogation, reading.asks { return true }
        let share = persona.resistance.withholding * (1 - state.trust)
        return Choice.unit(seed: state.seed, "withholding/\(turn)") < share
    }

    // MARK: Telling

    /// Something new, or more of what was told; or that it is not told yet.
    private func tell(_ state: inout PersonaState) -> Chosen? {
        let matching = persona.disclosures.filter { disclosure in
            (disclosure.topics ?? []).contains { reading.topics.contains($0) }
        }
        if let new = matching.first(where: { Self.isOpen($0, state) }) {
            return tell(new, &state)
        }
        // Asked about what was told already: more of it.
        for told in matching where state.disclosed.contains(told.name) {
            if let more = more(of: told, &state) { return more }
        }
        let isLocked = matching.contains { !state.disclosed.contains($0.name) }
        if isLocked, let line = line(.locked, &state) { return line }
        guard reading.topics.isEmpty, reading.does(.openQuestion) || reading.listens else {
            return nil
        }
        // Led by nothing: first the thread that was begun.
        if let last = state.disclosed.last,
            let told = persona.disclosures.first(where: { $0.name == last }),
            let more = more(of: told, &state)
        {
            return more
        }
        // Being listened to opens up only now and then, a question more often.
        let chance = reading.does(.openQuestion) ? 0.8 : 0.45
        guard Choice.unit(seed: state.seed, "telling/\(turn)") < chance,
            let next = persona.disclosures.first(where: { Self.isOpen($0, state) })
        else { return nil }
        return tell(next, &state)
    }

    /// Whether it can be told now.
    static func isOpen(_ disclosure: Persona.Disclosure, _ state: PersonaState) -> Bool {
        guard !state.disclosed.contains(disclosure.name), state.trust >= disclosure.trust else {
            return false
        }
        guard let after = disclosure.after else { return true }
        return state.disclosed.contains(after)
    }

    private func tell(_ disclosure: Persona.Disclosure, _ state: inout PersonaState) -> Chosen {
        Chosen(
            text: led(disclosure.say[0], &state), feels: disclosure.feels, stance: .discloses,
            disclosed: disclosure.name)
    }

    /// The next of the lines that go on with it, in their order.
    private func more(of disclosure: Persona.Disclosure, _ state: inout PersonaState) -> Chosen? {
        let key = "disclosure/\(disclosure.name)"
        let given = state.count(of: key)
        guard given + 1 < disclosure.say.count else { return nil }
        state.draw(key)
        return Chosen(
            text: led(disclosure.say[given + 1], &state), feels: disclosure.feels,
            stance: .agrees, disclosed: nil)
    }

    /// The text, now and then behind a short line about what the supporter did.
    private func led(_ text: String, _ state: inout PersonaState) -> String {
        guard Choice.unit(seed: state.seed, "lead/\(turn)") < 0.6 else { return text }
        for (index, lead) in (persona.voice.leads ?? []).enumerated()
        where reading.does(anyOf: Set(lead.after)) {
            let key = "lead/\(index)"
            guard let first = draw(lead.say, key, &state) else { continue }
            return "\(first) \(text)"
        }
        return text
    }

    // MARK: Lines

    /// A line for a situation that was not given yet.
    private func line(_ situation: Situation, _ state: inout PersonaState) -> Chosen? {
        for (index, reply) in persona.replies.enumerated() where applies(reply, situation, state) {
            guard let text = draw(reply.say, "reply/\(index)", &state) else { continue }
            return Chosen(
                text: text, feels: reply.feels ?? feeling(of: situation),
                stance: reply.stance ?? Self.stance(of: situation), disclosed: nil)
        }
        return nil
    }

    /// A line for a situation, from the beginning again when all were given.
    private func again(_ situation: Situation, _ state: inout PersonaState) -> Chosen {
        if let line = line(situation, &state) { return line }
        for (index, reply) in persona.replies.enumerated()
        where applies(reply, situation, state) && !reply.say.isEmpty {
            let key = "reply/\(index)"
            let order = Choice.order(reply.say.count, seed: state.seed, key)
            let text = reply.say[order[state.count(of: key) % order.count]]
            state.draw(key)
            return Chosen(
                text: text, feels: reply.feels ?? feeling(of: situation),
                stance: reply.stance ?? Self.stance(of: situation), disclosed: nil)
        }
        return situation == .otherwise
            ? Chosen(text: "…", feels: nil, stance: .neutral, disclosed: nil)
            : again(.otherwise, &state)
    }

    private func applies(
        _ reply: Persona.Reply, _ situation: Situation, _ state: PersonaState
    ) -> Bool {
        guard reply.on.contains(situation) else { return false }
        if let phases = reply.phases, !phases.contains(state.phase) { return false }
        if let least = reply.leastTrust, state.trust < least { return false }
        if let most = reply.mostTrust, state.trust > most { return false }
        guard let topics = reply.topics else { return true }
        return topics.contains { reading.topics.contains($0) }
    }

    private func draw(_ lines: [String], _ key: String, _ state: inout PersonaState) -> String? {
        let given = state.count(of: key)
        guard given < lines.count else { return nil }
        state.draw(key)
        return lines[Choice.order(lines.count, seed: state.seed, key)[given]]
    }

    private func feeling(of situation: Situation) -> EmotionCategory? {
        persona.feelings.on?.first { $0.move.rawValue == situation.rawValue }?.category
            ?? (situation == .earlyAdvice
                ? persona.feelings.on?.first { $0.move == .advice }?.category : nil)
    }

    private static func stance(of situation: Situation) -> ReplyStance {
        switch situation {
        case .judgement, .dismissal, .pressure, .earlyAdvice, .instruction: .resists
        case .locked, .withheld: .withholds
        case .advice, .openQuestion, .closedQuestion, .reflection, .validation, .affirmation:
            .agrees
        default: .neutral
        }
    }
}

extension PersonaState {
    /// How often a set of replies was drawn from.
    func count(of set: String) -> Int { drawn.first { $0.set == set }?.count ?? 0 }

    mutating func draw(_ set: String) {
        if let index = drawn.firstIndex(where: { $0.set == set }) {
            drawn[index].count += 1
        } else {
            drawn.append(Drawn(set: set, count: 1))
        }
    }
}
