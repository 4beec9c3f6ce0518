import StudyProtocol

/// A simulated client in one conversation: answers, and keeps the inner state of its persona.
///
/// Without a model it is the scripted client, which follows from persona, seed and messages alone.
public actor SimClient {
    private let persona: Persona
    private var script: ScriptedClient?
    private var current: PersonaState

    /// What it is, honestly: `scripted/NAME/VERSION` or `model/MODEL/NAME/VERSION`.
    public nonisolated let name: String

    /// - Parameters:
    ///   - model: nil for the scripted client.
    ///   - saved: the state to go on from; its seed counts then.
    ///   - seed: what the choices of the scripted client follow from.
    public init(
        persona: Persona, model: (any LanguageModel)?, plan: ChatPlan, saved: PersonaState?,
        seed: Int = 1
    ) throws(SimClientError) {
        guard persona.role == .client else { throw .notAClient(persona: persona.name) }
        self.persona = persona
        name = "scripted/\(persona.name)/\(persona.version)"
        if case .script(let text) = persona.form { script = ScriptedClient(text) }
        current =
            saved
            ?? PersonaState(
                persona: persona.name, version: persona.version, seed: seed, turn: 0, trust: 0.3,
                distress: 0.6, phase: "", turnsInPhase: 0, mood: .sadness, valence: -0.4,
                arousal: 0, disclosed: [], moves: [], topics: [], questionsInARow: 0, drawn: [],
                answered: [])
    }

    /// The inner state after the last reply.
    public var state: PersonaState { current }

    /// The client's first line; nil where the participant begins.
    public func open() async -> SimReply? {
        persona.opening.map { answer($0, delay: 2000) }
    }

    /// The reply to a message of the participant. Never throws: what goes wrong is told in the reply.
    ///
    /// - Parameters:
    ///   - turn: the number of that message, from 1. Asking again for a turn gives the same reply.
    ///   - history: the conversation before the message.
    ///   - onDelta: gets the reply in pieces, once it was checked.
    public func reply(
        to text: String, turn: Int, history: [ConversationLine],
        onDelta: (@Sendable (String) -> Void)? = nil
    ) async -> SimReply {
        let reply = script?.reply(to: text, turn: turn)
        current.turn = max(current.turn, turn)
        onDelta?(reply?.text ?? "…")
        return answer(reply?.text ?? "…", delay: reply?.delayMilliseconds ?? 1000)
    }

    private func answer(_ text: String, delay: Int) -> SimReply {
        SimReply(
            text: text, delayMilliseconds: delay, state: current,
            intended: EmotionReading(
                valence: current.valence, arousal: current.arousal,
                probabilities: [current.mood: 1], uncertainty: 0,
                provenance: "persona/\(persona.name)/\(persona.version)"),
            source: name, stance: .neutral, exchanges: [], principles: [])
    }
}
