import StudyProtocol

/// A script's place in a conversation, as part of the state that is saved.
extension ScriptedClient {
    /// Goes on where a saved state was.
    mutating func restore(_ state: PersonaState) {
        restore(
            given: script.rules.indices.map { state.count(of: "rule/\($0)") },
            otherwise: state.count(of: "otherwise"),
            answered: state.answered.map {
                ($0.turn, Reply(text: $0.text, delayMilliseconds: $0.delayMilliseconds))
            })
    }

    /// Writes down how many replies of each rule were given.
    func save(into state: inout PersonaState) {
        var drawn: [PersonaState.Drawn] = []
        for (index, count) in counts.rules.enumerated() where count > 0 {
            drawn.append(PersonaState.Drawn(set: "rule/\(index)", count: count))
        }
        if counts.otherwise > 0 {
            drawn.append(PersonaState.Drawn(set: "otherwise", count: counts.otherwise))
        }
        state.drawn = drawn
    }
}

extension Persona.Character {
    /// What is assumed of a script, which says nothing of its feelings: so that its conversation has
    /// an inner state too, and a model something to go on.
    init(assumedFor script: ChatScript) {
        self.init(
            name: script.name, version: script.version, title: script.title, role: script.role,
            language: "en",
            vignette: script.title, history: [],
            voice: Persona.Voice(
                style: "Plain, short sentences.", mostWords: 80, mostSentences: 8),
            opening: script.opening, pace: script.pace,
            feelings: Persona.Feelings(
                trust: .init(start: 0.3, least: 0, most: 0.9),
                distress: .init(start: 0.6, least: 0.2, most: 0.95),
                valence: .init(least: -0.9, most: 0.5), arousal: .init(least: -0.7, most: 0.7),
                shows: EmotionCategory.allCases),
            resistance: Persona.Resistance(adviceFrom: 0.5, withholding: 0),
            phases: [
                Persona.Phase(name: "conversation", guidance: "Talks as before.", mood: .sadness)
            ],
            topics: [], disclosures: [], replies: [],
            bounds: Persona.Bounds(
                resistedAdvice: 0, mostAgreeing: 1, mostOverlap: 0.5, mostRepeats: 1000,
                listenerTrust: 0, hostileTrust: 1))
    }
}
