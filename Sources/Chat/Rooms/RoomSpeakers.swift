import Declarations
import Link
import SimulatedClient
import StudyProtocol
import SystemCalls

/// Who speaks, suggests, reads and watches in a room: made from the protocol, for one language.
struct RoomSpeakers: Sendable {
    let client: SimClient
    let scorer: (any EmotionScorer)?
    let suggestions: (any SuggestionSource)?
    let safety: SafetyRules
    let model: (any LanguageModel)?

    /// - Parameters:
    ///   - model: nil for the scripted client.
    ///   - state: what is known from before.
    /// - Throws: `ChatError` with words for the operator: a language that nothing guards, a persona
    ///   that cannot be read.
    init(
        plan: RoomPlan, model: (any LanguageModel)?, state: RoomState
    ) throws(ChatError) {
        guard let chat = plan.chat else {
            throw ChatError(.file, "The protocol has no chat.")
        }
        let seed = state.opening?.seed ?? 1
        do {
            let persona = try Persona.load(path: Places.personaFile(chat.persona))
            guard Self.isSame(persona.language, plan.language) else {
                throw ChatError(
                    .file,
                    "The persona \(persona.name) speaks '\(persona.language)', and the protocol is "
                        + "in '\(plan.language)'. Name a persona of that language.")
            }
            let saved = state.persona.flatMap { try? $0.decode(PersonaState.self) }
            client = try SimClient(
                persona: persona, model: model, plan: chat, saved: saved, seed: seed)
            safety = try SafetyRules.load(
                named: chat.safety.rules, sessionLanguage: plan.language)
            scorer = try Self.scorer(chat, plan.language, model)
            suggestions = try Self.suggestions(chat, plan.language, model, state, seed)
        } catch let error as ChatError {
            throw error
        } catch {
            throw ChatError(.file, "\(error)")
        }
        self.model = model
    }

    /// Whether two tags mean the same language, regions apart: en and en-GB.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        func base(_ tag: String) -> String {
            tag.split(separator: "-").first.map { $0.lowercased() } ?? ""
        }
        return base(left) == base(right)
    }

    private static func scorer(
        _ chat: ChatPlan, _ language: String, _ model: (any LanguageModel)?
    ) throws -> (any EmotionScorer)? {
        switch chat.emotions.scorer {
        case .none: nil
        case .model where model != nil:
            model.map { ModelScorer(model: $0, otherwise: try? LexiconScorer(language: language)) }
        // Without a model the lexicon reads, and says so in each of its readings.
        case .model, .lexicon: try LexiconScorer(language: language)
        }
    }

    private static func suggestions(
        _ chat: ChatPlan, _ language: String, _ model: (any LanguageModel)?, _ state: RoomState,
        _ seed: Int
    ) throws -> (any SuggestionSource)? {
        guard chat.suggestions.isGenerated else { return nil }
        let each = chat.suggestions.each
        if chat.suggestions.source == .model, let model {
            return ModelSuggestions(model: model, each: each)
        }
        return try ScriptedSuggestions(
            language: language, each: each, seed: seed, shown: state.suggestedBefore)
    }
}
