/// Reads emotion by asking a language model.
public struct ModelScorer: EmotionScorer {
    public let provenance: String
    private let model: any LanguageModel

    public init(model: any LanguageModel) {
        self.model = model
        provenance = "model/\(model.description.name)"
    }

    public func score(_ text: String, history: [ConversationLine]) async -> EmotionReading {
        let exchange = await model.run(
            ModelRequest(purpose: "emotion", messages: [ModelMessage(role: .user, content: text)]),
            onDelta: nil)
        return EmotionReading(
            valence: 0, arousal: 0, probabilities: [:], uncertainty: 1, provenance: provenance,
            exchange: exchange)
    }
}
