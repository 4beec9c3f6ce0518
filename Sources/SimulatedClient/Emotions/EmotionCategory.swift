/// The seven categories of emotion that a message is read as.
public enum EmotionCategory: String, Codable, Hashable, Sendable, CaseIterable, CodingKeyRepresentable
{
    case sadness, fear, anger, disgust, happiness, surprise, neutral
}
