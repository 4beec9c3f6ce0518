import StudyProtocol

/// A simulated client in one conversation: answers, and keeps the inner state of its persona.
///
/// Without a model it is the scripted client, which follows from persona, seed and messages alone.
/// With one, the model writes the replies within what the inner state permits; each is checked, and
/// what fails is replaced as the protocol says. Calls are answered one after another.
public actor SimClient {
    let persona: Persona
    /// The persona; of a script what is assumed of it.
    let character: Persona.Character
    let model: (any LanguageModel)?
    let plan: ChatPlan
    let reader: MessageReader
    let checker: ReplyChecker
    var script: ScriptedClient?
    var current: PersonaState
    /// Answers that a state remembers, so that it stays small however long a conversation is.
    static let longestMemory = 200
    /// What was answered here, whole: of what a saved state answered, only the reply is known.
    private var replies: [Int: SimReply] = [:]
    private var last: Task<SimReply, Never>?
    /// What was before the turn that was answered last.
    private var before: (turn: Int, state: PersonaState, script: ScriptedClient?)?

    /// What it is, honestly: `scripted/NAME/VERSION` or `model/MODEL/NAME/VERSION`.
    public nonisolated let name: String
    /// What the scripted client is called.
    nonisolated let scriptedName: String

    /// - Parameters:
    ///   - model: nil for the scripted client.
    ///   - saved: the state to go on from; its seed counts then.
    ///   - seed: what the choices of the scripted client follow from.
    public init(
        persona: Persona, model: (any LanguageModel)?, plan: ChatPlan, saved: PersonaState?,
        seed: Int = 1
    ) throws(SimClientError) {
        guard persona.role == .client else { throw .notAClient(persona: persona.name) }
        if let saved, saved.persona != persona.name || saved.version != persona.version {
            throw .otherPersona(
                saved: "\(saved.persona)/\(saved.version)",
                persona: "\(persona.name)/\(persona.version)")
        }
        let phrases = try Self.phrases(for: persona, model)
        self.persona = persona
        self.model = model
        self.plan = plan
        let character: Persona.Character
        var script: ScriptedClient?
        switch persona.form {
        case .script(let text):
            script = ScriptedClient(text)
            character = Persona.Character(assumedFor: text)
        case .character(let own): character = own
        }
        let state =
            saved.map { $0.within(character.feelings) }
            ?? InnerState.start(of: character, seed: seed)
        script?.restore(state)
        self.character = character
        self.script = script
        current = state
        reader = MessageReader(phrases, topics: character.topics)
        checker = ReplyChecker(character, phrases)
        let scriptedName = "scripted/\(persona.name)/\(persona.version)"
        self.scriptedName = scriptedName
        name =
            model.map { "model/\($0.description.name)/\(persona.name)/\(persona.version)" }
            ?? scriptedName
    }

    /// The phrases of the persona's language. A script answers by its own words, and goes without
    /// them where there are none.
    private static func phrases(
        for persona: Persona, _ model: (any LanguageModel)?
    ) throws(SimClientError) -> MoveFile {
        do {
            return try MoveFile.load(language: persona.language)
        } catch {
            guard case .script = persona.form, case .language = error, model == nil else {
                throw error
            }
            return MoveFile.empty(language: persona.language)
        }
    }

    /// The inner state after the last reply.
    public var state: PersonaState { current }

    /// The client's first line, always the persona's own; nil where the participant begins.
    public func open() async -> SimReply? {
        guard let opening = persona.opening else { return nil }
        let start = InnerState.start(of: character, seed: current.seed)
        return SimReply(
            text: opening, delayMilliseconds: delay(reading: "", writing: opening), state: current,
            intended: intended(start), source: scriptedName, stance: .neutral, exchanges: [],
            principles: [])
    }

    /// The reply to a message of the participant. Never throws: what goes wrong is told in the reply.
    ///
    /// - Parameters:
    ///   - turn: the number of that message, from 1. Asking again for a turn gives the same reply.
    ///   - history: the conversation before the message.
    ///   - onDelta: gets the reply in pieces, word by word, as soon as it was checked: what a model
    ///     writes is not shown to anyone before.
    public func reply(
        to text: String, turn: Int, history: [ConversationLine],
        onDelta: (@Sendable (String) -> Void)? = nil
    ) async -> SimReply {
        // One after another, in the order in which they came.
        let before = last
        let task = Task {
            _ = await before?.value
            return await self.answer(text, turn: turn, history: history)
        }
        last = task
        let reply = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        if let onDelta {
            for piece in Self.pieces(of: reply.text) { onDelta(piece) }
        }
        return reply
    }

    private func answer(
        _ text: String, turn: Int, history: [ConversationLine]
    ) async -> SimReply {
        if let reply = replies[turn] { return reply }
        if let answered = current.answered.first(where: { $0.turn == turn }) {
            return repeated(answered)
        }
        // So old that it is not remembered: it was answered, and must not be taken in again.
        if let oldest = current.answered.first, current.answered.count >= Self.longestMemory,
            turn < oldest.turn
        {
            return repeated(oldest)
        }
        let reading = reader.read(text, after: said(before: history))
        before = (turn, current, script)
        var state = current
        InnerState.take(reading, turn: turn, &state, character)
        let reply: SimReply
        // Whether it is a machine is answered by the persona's own words, never by a model.
        if let model, !reading.does(.machineQuestion) {
            let turn = ModelTurn(
                message: text, turn: turn, history: history, reading: reading, state: state)
            reply = await modelReply(turn, model)
        } else {
            reply = scripted(text, turn, reading, state)
        }
        // A pause is no answer: the same message can be asked again when the session goes on.
        if reply.pause == nil { replies[turn] = reply }
        return reply
    }

    /// Takes the reply of the last turn back and answers with the scripted client instead, where what a
    /// model said may not be shown. The state is as if the model had never answered.
    ///
    /// - Parameters:
    ///   - text: the message, and `turn` its number, as in `reply(to:turn:history:onDelta:)`.
    ///   - reason: why, in words; stands in the reply's `fallback`.
    /// - Returns: the scripted reply with the exchanges and findings of the one that it replaces. A turn
    ///   that is not the last keeps its reply.
    public func replaceReply(
        to text: String, turn: Int, history: [ConversationLine], because reason: String
    ) async -> SimReply {
        _ = await last?.value
        guard let before, before.turn == turn, let replaced = replies[turn] else {
            return await reply(to: text, turn: turn, history: history)
        }
        current = before.state
        script = before.script
        let reading = reader.read(text, after: said(before: history))
        var state = current
        InnerState.take(reading, turn: turn, &state, character)
        var reply = scripted(text, turn, reading, state)
        reply.exchanges = replaced.exchanges
        reply.principles = replaced.principles
        reply.fallback = "scripted reply, because \(reason)"
        replies[turn] = reply
        return reply
    }

    /// What the client said last, before a message.
    private func said(before history: [ConversationLine]) -> String {
        history.last { $0.author == .client }?.text ?? current.answered.last?.text
            ?? persona.opening ?? ""
    }

    /// What was answered before the state was saved.
    private func repeated(_ answered: PersonaState.Answered) -> SimReply {
        SimReply(
            text: answered.text, delayMilliseconds: answered.delayMilliseconds, state: current,
            intended: EmotionReading(
                valence: answered.valence, arousal: answered.arousal,
                probabilities: [answered.category: 1], uncertainty: 0, provenance: provenance),
            source: answered.source, stance: answered.stance, exchanges: [], principles: [])
    }

    // MARK: Parts of every reply

    /// The reply of the scripted client; `state` has taken the message in.
    func scripted(
        _ text: String, _ turn: Int, _ reading: MessageReading, _ state: PersonaState
    ) -> SimReply {
        var state = state
        if var script {
            let reply = script.reply(to: text, turn: turn)
            script.save(into: &state)
            self.script = script
            InnerState.feel(character.feeling(after: reading, state), &state, character)
            return finish(
                reply.text, text, turn, state, scriptedName,
                checker.stance(of: reply.text, disclosing: false))
        }
        let chosen = ReplyChooser(persona: character, reading: reading, turn: turn)
            .choose(&state)
        let feels = chosen.feels ?? character.feeling(after: reading, state)
        InnerState.feel(feels, &state, character)
        return finish(chosen.text, text, turn, state, scriptedName, chosen.stance)
    }

    /// Makes a reply the one that was given: it becomes part of the state.
    func finish(
        _ reply: String, _ message: String, _ turn: Int, _ state: PersonaState, _ source: String,
        _ stance: ReplyStance
    ) -> SimReply {
        var state = state
        let delay = delay(reading: message, writing: reply)
        state.answered.append(
            PersonaState.Answered(
                turn: turn, text: reply, delayMilliseconds: delay, valence: state.valence,
                arousal: state.arousal, category: state.mood, source: source, stance: stance))
        if state.answered.count > Self.longestMemory {
            state.answered.removeFirst(state.answered.count - Self.longestMemory)
        }
        current = state
        return SimReply(
            text: reply, delayMilliseconds: delay, state: state, intended: intended(state),
            source: source, stance: stance, exchanges: [], principles: [])
    }

    private var provenance: String { "persona/\(persona.name)/\(persona.version)" }

    private func intended(_ state: PersonaState) -> EmotionReading {
        EmotionReading(
            valence: state.valence, arousal: state.arousal, probabilities: [state.mood: 1],
            uncertainty: 0, provenance: provenance)
    }

    private func delay(reading text: String, writing reply: String) -> Int {
        Pacing.milliseconds(plan.reply, persona.pace, reading: text, writing: reply)
    }

    /// The words of a text with the spaces behind them; together they are the text.
    static func pieces(of text: String) -> [String] {
        var pieces: [String] = []
        var piece = ""
        for character in text {
            if !character.isWhitespace, piece.last?.isWhitespace == true {
                pieces.append(piece)
                piece = ""
            }
            piece.append(character)
        }
        return piece.isEmpty ? pieces : pieces + [piece]
    }
}

/// A message on its way to a model.
struct ModelTurn: Sendable {
    var message: String
    var turn: Int
    var history: [ConversationLine]
    var reading: MessageReading
    /// The inner state, which has taken the message in.
    var state: PersonaState
}

extension Persona.Character {
    /// What is felt after a message, where the reply itself says nothing of it.
    func feeling(after reading: MessageReading, _ state: PersonaState) -> EmotionCategory {
        for move in reading.moves {
            // Advice that is welcome does not annoy.
            if move == .advice, !InnerState.isEarly(state, self) { continue }
            if let own = feelings.on?.first(where: { $0.move == move }) { return own.category }
        }
        return phases.first { $0.name == state.phase }?.mood ?? .neutral
    }
}

extension PersonaState {
    /// The state with values that the persona can have, whatever was saved.
    func within(_ feelings: Persona.Feelings) -> PersonaState {
        func bounded(_ value: Double, _ level: Persona.Feelings.Level) -> Double {
            value.isFinite ? min(max(value, level.least), level.most) : level.start
        }
        var state = self
        state.trust = bounded(trust, feelings.trust)
        state.distress = bounded(distress, feelings.distress)
        state.turnsInPhase = max(0, min(turnsInPhase, 1_000_000))
        state.questionsInARow = max(0, min(questionsInARow, 1_000_000))
        state.drawn = drawn.map { Drawn(set: $0.set, count: max(0, min($0.count, 1_000_000))) }
        return state
    }
}
