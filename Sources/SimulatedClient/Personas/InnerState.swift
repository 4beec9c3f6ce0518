/// The rules by which a message of the supporter changes the inner state of a persona.
///
/// All numbers are this project's judgement: listening builds trust slowly, hurting destroys it
/// quickly, advice before there is trust costs some. What a persona is like stands in its file
/// (`resistance.effects`, `feelings`).
enum InnerState {
    /// What a move does to trust and distress, before persona and trust weigh it.
    private static let effects: [SupporterMove: (trust: Double, distress: Double)] = [
        .instruction: (-0.03, 0.01),
        .safetyQuestion: (0.03, 0),
        .judgement: (-0.15, 0.08),
        .dismissal: (-0.12, 0.06),
        .pressure: (-0.07, 0.05),
        .reflection: (0.08, -0.03),
        .validation: (0.08, -0.04),
        .affirmation: (0.05, -0.03),
        .openQuestion: (0.04, 0),
        .greeting: (0.02, 0),
        .thanks: (0.01, 0),
        .offTopic: (-0.02, 0),
        .other: (-0.005, 0),
    ]

    /// Advice before and after it is welcome.
    private static let earlyAdvice = (trust: -0.07, distress: 0.03)
    private static let welcomeAdvice = (trust: 0.02, distress: -0.02)

    /// Questions in a row without listening, from which on it feels like an interrogation.
    static let interrogation = 3

    /// The state before the first message.
    static func start(of persona: Persona.Character, seed: Int) -> PersonaState {
        let feelings = persona.feelings
        var state = PersonaState(
            persona: persona.name, version: persona.version, seed: seed, turn: 0,
            trust: feelings.trust.start, distress: feelings.distress.start,
            phase: persona.phases.first?.name ?? "", turnsInPhase: 0,
            mood: persona.phases.first?.mood ?? .neutral, valence: 0, arousal: 0, disclosed: [],
            moves: [], topics: [], questionsInARow: 0, drawn: [], answered: [])
        feel(state.mood, &state, persona)
        return state
    }

    /// Takes a message in: trust, distress and phase.
    static func take(
        _ reading: MessageReading, turn: Int, _ state: inout PersonaState,
        _ persona: Persona.Character
    ) {
        state.turn = max(state.turn, turn)
        state.moves = reading.moves
        state.topics = reading.topics
        if reading.listens {
            state.questionsInARow = 0
        } else if reading.asks {
            state.questionsInARow += 1
        } else {
            state.questionsInARow = max(0, state.questionsInARow - 1)
        }
        var trust = 0.0
        var distress = 0.0
        for move in reading.moves {
            let effect = effect(of: move, reading, state, persona)
            // Kind words beside a blow count little.
            let share = reading.hurts && effect.trust > 0 ? 0.25 : 1
            trust += effect.trust * share
            distress += effect.distress * (effect.distress < 0 ? share : 1)
        }
        if state.questionsInARow > interrogation, reading.asks {
            trust -= 0.04
            distress += 0.02
        }
        // What is gained becomes less with what is there already, and one message cannot heal.
        let room = 1.15 - state.trust
        trust = min(max(trust * (trust > 0 ? room : 1), -0.3), 0.06 * room)
        distress = min(max(distress, -0.02), 0.15)
        state.trust = bounded(state.trust + trust, persona.feelings.trust)
        state.distress = bounded(state.distress + distress, persona.feelings.distress)
        state.turnsInPhase += 1
        movePhase(&state, persona)
    }

    private static func effect(
        of move: SupporterMove, _ reading: MessageReading, _ state: PersonaState,
        _ persona: Persona.Character
    ) -> (trust: Double, distress: Double) {
        if let own = persona.resistance.effects?.first(where: { $0.move == move }) {
            return (own.trust, own.distress)
        }
        guard move == .advice else { return effects[move] ?? (0, 0) }
        return isEarly(state, persona) ? earlyAdvice : welcomeAdvice
    }

    /// Whether advice comes before it is welcome.
    static func isEarly(_ state: PersonaState, _ persona: Persona.Character) -> Bool {
        state.trust < persona.resistance.adviceFrom
    }

    /// At most one phase on or back for each message.
    private static func movePhase(_ state: inout PersonaState, _ persona: Persona.Character) {
        guard let index = persona.phases.firstIndex(where: { $0.name == state.phase }) else {
            state.phase = persona.phases.first?.name ?? ""
            return
        }
        let phase = persona.phases[index]
        if let least = phase.backBelow, index > 0, state.trust < least {
            enter(persona.phases[index - 1], &state)
            return
        }
        guard index + 1 < persona.phases.count, let until = phase.until,
            state.trust >= until.trust ?? 0, state.turnsInPhase >= until.turns ?? 0,
            state.disclosed.count >= until.disclosed ?? 0
        else { return }
        enter(persona.phases[index + 1], &state)
    }

    private static func enter(_ phase: Persona.Phase, _ state: inout PersonaState) {
        state.phase = phase.name
        state.turnsInPhase = 0
    }

    /// Notes that something was told, and what telling it does.
    static func disclose(
        _ disclosure: Persona.Disclosure, _ state: inout PersonaState, _ persona: Persona.Character
    ) {
        guard !state.disclosed.contains(disclosure.name) else { return }
        state.disclosed.append(disclosure.name)
        state.distress = bounded(
            state.distress + (disclosure.cost ?? 0.03), persona.feelings.distress)
        state.trust = bounded(state.trust + 0.02, persona.feelings.trust)
    }

    /// The feeling of a reply: a category, and from it, the distress and the persona's range the
    /// valence and arousal.
    static func feel(
        _ category: EmotionCategory, _ state: inout PersonaState, _ persona: Persona.Character
    ) {
        let feelings = persona.feelings
        let category =
            feelings.shows.contains(category) ? category : feelings.shows.first ?? .neutral
        let centre = centres[category] ?? (0, 0)
        state.mood = category
        let valence = 0.6 * centre.valence + 0.4 * (1 - 2 * state.distress)
        let arousal = 0.7 * centre.arousal + 0.3 * (2 * state.distress - 1)
        state.valence = rounded(
            min(max(valence, feelings.valence.least), feelings.valence.most))
        state.arousal = rounded(
            min(max(arousal, feelings.arousal.least), feelings.arousal.most))
        state.trust = rounded(state.trust)
        state.distress = rounded(state.distress)
    }

    /// Where the categories lie on the circumplex; this project's judgement.
    static let centres: [EmotionCategory: (valence: Double, arousal: Double)] = [
        .sadness: (-0.7, -0.4), .fear: (-0.65, 0.6), .anger: (-0.6, 0.65),
        .disgust: (-0.65, 0.25), .happiness: (0.7, 0.3), .surprise: (0.1, 0.7),
        .neutral: (0, -0.1),
    ]

    private static func bounded(_ value: Double, _ level: Persona.Feelings.Level) -> Double {
        min(max(value, level.least), level.most)
    }

    /// Four decimals: a state that was saved as text is exactly the one that went on.
    private static func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
}
