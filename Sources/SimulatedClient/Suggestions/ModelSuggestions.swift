/// Suggestions that a language model writes.
public actor ModelSuggestions: SuggestionSource {
    private let model: any LanguageModel
    private let each: Int

    /// - Parameter each: how many of each group.
    public init(model: any LanguageModel, each: Int) {
        self.model = model
        self.each = each
    }

    public func suggestions(
        history: [ConversationLine], state: PersonaState?, emotion: EmotionReading?
    ) async -> SuggestionSet {
        let exchange = await model.run(
            ModelRequest(purpose: "suggestions", messages: []), onDelta: nil)
        return SuggestionSet(suggestions: [], exchange: exchange)
    }
}
