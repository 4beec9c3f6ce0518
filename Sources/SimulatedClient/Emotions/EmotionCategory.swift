/// The seven categories of emotion that a message is read as.
public enum EmotionCategory: String, Codable, Hashable, Sendable, CaseIterable {
    case sadness, fear, anger, disgust, happiness, surprise, neutral
}

/// So that values by category are a JSON object.
extension EmotionCategory: CodingKeyRepresentable {}
