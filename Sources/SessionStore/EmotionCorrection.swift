/// What a researcher says of a turn's emotion after the session: a row beside what was scored, which
/// stays as it was.
public struct EmotionCorrection: Hashable, Sendable {
    /// Counts up from 1; 0 for one that is not stored yet.
    public var id: Int64
    /// The turn's number in the session.
    public var turn: Int64
    /// One of the seven categories; nil where it is not corrected.
    public var category: String?
    /// −1 to 1; nil where it is not corrected.
    public var valence: Double?
    /// −1 to 1; nil where it is not corrected.
    public var arousal: Double?
    /// Why, in words.
    public var note: String
    /// Who says so.
    public var actor: String
    /// Nanoseconds since 1970-01-01 UTC.
    public var madeRealtime: Int64

    /// The categories that a turn's emotion can have.
    public static let categories = [
        "sadness", "fear", "anger", "disgust", "happiness", "surprise", "neutral",
    ]

    public init(
        id: Int64 = 0, turn: Int64, category: String?, valence: Double?, arousal: Double?,
        note: String, actor: String, madeRealtime: Int64
    ) {
        self.id = id
        self.turn = turn
        self.category = category
        self.valence = valence
        self.arousal = arousal
        self.note = note
        self.actor = actor
        self.madeRealtime = madeRealtime
    }

    /// What is wrong with it, in words; nil where it can be stored.
    public var problem: String? {
        if category == nil && valence == nil && arousal == nil {
            return "it corrects nothing: give a category, a valence or an arousal"
        }
        if let category, !Self.categories.contains(category) {
            return "'\(category)' is none of " + Self.categories.joined(separator: ", ")
        }
        for (name, value) in [("valence", valence), ("arousal", arousal)] {
            guard let value, !(-1...1).contains(value) else { continue }
            return "the \(name) \(value) is not between -1 and 1"
        }
        return nil
    }
}
