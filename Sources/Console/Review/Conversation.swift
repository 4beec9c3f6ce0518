import Link
import Review
import SessionStore
import StudyProtocol

/// A session as a rater sees it: what was said, and in the second stage what the supporter saw beside it.
/// No code, no date, no phase and no condition is in it.
struct Conversation: Sendable {
    struct Suggestions: Encodable, Sendable {
        var title: String
        var items: [String]
    }

    struct Emotion: Encodable, Sendable {
        var label: String
        var emoji: String?
        var valence: Double?
        var arousal: Double?
    }

    struct Turn: Encodable, Sendable {
        var number: Int64
        var author: String
        var text: String
        /// What was shown after this turn; nil where nothing was, and in the first stage.
        var suggestions: [Suggestions]?
        var emotion: Emotion?
    }

    let turns: [Turn]
    /// Whether the participant does not agree any more that what was said is used. Texts are empty then, and
    /// nobody is to rate it.
    let isWithheld: Bool

    /// The turns as far as answers to them are checked.
    var checked: [AnswerCheck.Turn] {
        turns.map { .init(number: $0.number, author: $0.author, length: $0.text.utf16.count) }
    }

    /// - Parameters:
    ///   - file: the session's file, beside which the participant's answers are.
    ///   - isOwn: whether the participant themselves reads it; nothing has to be hidden from them.
    init(_ reader: SessionReader, file: String, isOwn: Bool) throws {
        let row = try reader.session()
        let session = row.description
        let isWithheld = !SessionConsent.read(of: row, file: file).shows(.turns)
        self.isWithheld = isWithheld
        let blind = BlindText(
            codes: isOwn ? [] : [session.participant] + Self.telling(session.study))
        var suggestions: [Int64: [Suggestions]] = [:]
        var emotions: [Int64: Emotion] = [:]
        for event in try reader.events() where ["suggestions", "emotion"].contains(event.kind) {
            guard let payload = try? JSONValue(parsing: event.payload),
                let turn = payload["turn"]?.integer
            else { continue }
            if event.kind == "suggestions" {
                // What was made but not shown was not seen by anybody.
                guard payload["shown"] == .bool(true) else { continue }
                suggestions[turn] = (payload["groups"]?.array ?? []).map { group in
                    Suggestions(
                        title: blind.text(group["title"]?.string ?? ""),
                        items: (group["items"]?.array ?? []).compactMap { $0["text"]?.string }
                            .map(blind.text))
                }
            } else if payload["which"]?.string == "displayed" {
                emotions[turn] = Emotion(
                    label: payload["label"]?.string ?? payload["category"]?.string ?? "",
                    emoji: payload["emoji"]?.string, valence: payload["valence"]?.number,
                    arousal: payload["arousal"]?.number)
            }
        }
        turns = try reader.turns().enumerated().map { place, turn in
            let number = turn.number ?? Int64(place + 1)
            return Turn(
                number: number, author: turn.author, text: isWithheld ? "" : blind.text(turn.text),
                suggestions: suggestions[number], emotion: emotions[number])
        }
    }

    /// A study's code where it cannot be an ordinary word.
    private static func telling(_ study: String) -> [String] {
        study.contains { $0.isNumber || "-_.".contains($0) } ? [study] : []
    }

    /// The turns as a stage shows them.
    func turns(in stage: ReviewStage) -> [Turn] {
        guard stage == .transcript else { return turns }
        return turns.map {
            var turn = $0
            (turn.suggestions, turn.emotion) = (nil, nil)
            return turn
        }
    }
}
