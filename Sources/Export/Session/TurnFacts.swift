import Link
import Review
import SessionStore

/// What events, corrections and raters say of a session's turns, by the turns' numbers.
struct TurnFacts {
    /// What one reading of a turn's emotion says.
    struct Emotion {
        var category: String?
        var valence: Double?
        var arousal: Double?
    }

    /// Ratings of a turn on one item in one stage.
    struct Rated {
        var experts: [Double] = []
        var own: Int64?
    }

    /// Of the client's turns: by which the words came: a persona's script, a model.
    private(set) var sources: [Int64: String] = [:]
    private(set) var fallbacks: Set<Int64> = []
    /// By `intended`, `scored`, `displayed` and `corrected`.
    private(set) var emotions: [String: [Int64: Emotion]] = [:]
    private(set) var safety: [Int64: Int64] = [:]
    /// By turn, then by the item's place in `StudyContext.items`.
    private(set) var ratings: [Int64: [Int: Rated]] = [:]

    static let kinds = ["reply", "emotion", "safety"]

    mutating func take(_ event: SessionEvent) {
        guard let payload = try? JSONValue(parsing: event.payload),
            let turn = payload["turn"]?.integer
        else { return }
        switch event.kind {
        case "reply":
            sources[turn] = payload["source"]?.string
            if payload["fallback"] == .bool(true) { fallbacks.insert(turn) }
        case "safety": safety[turn, default: 0] += 1
        case "emotion":
            guard let which = payload["which"]?.string else { return }
            emotions[which, default: [:]][turn] = Emotion(
                category: payload["category"]?.string, valence: payload["valence"]?.number,
                arousal: payload["arousal"]?.number)
        default: return
        }
    }

    /// - Parameter correction: in the order in which they were made; the last one counts.
    mutating func take(_ correction: EmotionCorrection) {
        emotions["corrected", default: [:]][correction.turn] = Emotion(
            category: correction.category, valence: correction.valence,
            arousal: correction.arousal)
    }

    /// Takes a rating that was handed in: of experts in their main assignments, of participants in those
    /// of their own sessions.
    mutating func take(_ rating: Rating, _ study: StudyContext) {
        guard !rating.isDraft, let turn = rating.turn,
            let value = try? JSONValue(parsing: rating.value), let number = value.number,
            let item = study.items.firstIndex(where: {
                $0.name == rating.item && $0.stage.rawValue == rating.stage
            })
        else { return }
        let purpose = study.assignments[rating.assignment]?.purpose ?? .main
        switch (rating.role, purpose) {
        case (.expert, .main):
            ratings[turn, default: [:]][item, default: Rated()].experts.append(number)
        case (.participant, _):
            ratings[turn, default: [:]][item, default: Rated()].own = value.integer
        default: return
        }
    }
}
