/// What a message was meant to express, or was read as: valence, arousal, and seven categories.
public struct EmotionReading: Codable, Hashable, Sendable {
    /// How pleasant, −1…1.
    public var valence: Double
    /// How excited, −1…1.
    public var arousal: Double
    /// How likely each category is; they sum to 1.
    public var probabilities: [EmotionCategory: Double]
    /// How little the source could tell, 0 (certain) to 1 (it knows nothing).
    public var uncertainty: Double
    /// What it comes from: `lexicon/en/1`, `model/NAME`, `persona/NAME/VERSION`.
    public var provenance: String
    /// The likeliest category; of equally likely ones the first in the order of the categories.
    public var category: EmotionCategory
    /// The sign that is shown for it.
    public var emoji: String
    /// The words that are shown for it, in English.
    public var label: String
    /// The request to the model, where one was asked.
    public var exchange: ModelExchange?

    /// Makes a reading of values of any kind: they are brought into their ranges, and the
    /// probabilities to the sum of 1. Values that are no numbers count as 0.
    public init(
        valence: Double, arousal: Double, probabilities: [EmotionCategory: Double],
        uncertainty: Double, provenance: String, exchange: ModelExchange? = nil
    ) {
        self.valence = Self.bounded(valence, -1...1)
        self.arousal = Self.bounded(arousal, -1...1)
        self.probabilities = Self.normalised(probabilities)
        self.uncertainty = Self.bounded(uncertainty, 0...1)
        self.provenance = provenance
        self.exchange = exchange
        category = Self.likeliest(self.probabilities)
        let face = EmotionFace.of(category, valence: self.valence, arousal: self.arousal)
        emoji = face.emoji
        label = face.label
    }

    private static func bounded(_ value: Double, _ range: ClosedRange<Double>) -> Double {
        guard value.isFinite else { return 0 }
        return min(max(value, range.lowerBound), range.upperBound)
    }

    private static func normalised(
        _ given: [EmotionCategory: Double]
    ) -> [EmotionCategory: Double] {
        // Brought to at most 1 first, so that the sum of very large values stays a number.
        let most = given.values.filter(\.isFinite).max() ?? 0
        var result: [EmotionCategory: Double] = [:]
        var sum = 0.0
        for category in EmotionCategory.allCases {
            let value = given[category] ?? 0
            let share = value.isFinite && value > 0 && most > 0 ? value / most : 0
            result[category] = share
            sum += share
        }
        guard sum > 0 else {
            for category in EmotionCategory.allCases {
                result[category] = category == .neutral ? 1 : 0
            }
            return result
        }
        return result.mapValues { $0 / sum }
    }

    private static func likeliest(_ probabilities: [EmotionCategory: Double]) -> EmotionCategory {
        var best = EmotionCategory.neutral
        var most = -1.0
        for category in EmotionCategory.allCases where (probabilities[category] ?? 0) > most {
            best = category
            most = probabilities[category] ?? 0
        }
        return best
    }
}
