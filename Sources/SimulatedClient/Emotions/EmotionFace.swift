/// What the page shows for an emotion: a sign and words, in one table.
public struct EmotionFace: Codable, Hashable, Sendable {
    public var emoji: String
    /// In English.
    public var label: String

    /// The face of a category. Within a category, the stronger feeling (arousal of 0.35 or more, or a
    /// valence of 0.6 or more from 0) has a face of its own.
    public static func of(
        _ category: EmotionCategory, valence: Double, arousal: Double
    ) -> EmotionFace {
        let row = table[category] ?? (EmotionFace(emoji: "😐", label: "Neutral"), nil)
        let isStrong = arousal >= 0.35 || valence.magnitude >= 0.6
        return isStrong ? row.strong ?? row.mild : row.mild
    }

    private static let table: [EmotionCategory: (mild: EmotionFace, strong: EmotionFace?)] = [
        .sadness: (face("😔", "Sad"), face("😢", "Very sad")),
        .fear: (face("😟", "Worried"), face("😨", "Afraid")),
        .anger: (face("😒", "Annoyed"), face("😠", "Angry")),
        .disgust: (face("😕", "Put off"), face("🤢", "Disgusted")),
        .happiness: (face("🙂", "Content"), face("😊", "Happy")),
        .surprise: (face("😮", "Surprised"), face("😲", "Startled")),
        .neutral: (face("😐", "Neutral"), nil),
    ]

    private static func face(_ emoji: String, _ label: String) -> EmotionFace {
        EmotionFace(emoji: emoji, label: label)
    }
}
