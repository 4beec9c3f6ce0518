import Link
import SimulatedClient
import StudyProtocol
import Timebase

/// How what the other side says and feels stands in events and on the page.
extension Room {
    /// What the page shows of a feeling, as the protocol chooses; nil for nothing.
    func displayed(intended: EmotionReading, scored: EmotionReading?) -> EmotionReading? {
        switch plan.chat?.emotions.display ?? .none {
        case .intended: intended
        case .scored: scored ?? intended
        case .none: nil
        }
    }

    /// The summary on the page.
    static func part(_ reading: EmotionReading) -> JSONValue {
        [
            "label": .string(reading.label), "emoji": .string(reading.emoji),
            "category": .string(reading.category.rawValue), "valence": .real(reading.valence),
            "arousal": .real(reading.arousal), "probabilities": probabilities(reading),
            "uncertainty": .real(reading.uncertainty), "source": .string(reading.provenance),
        ]
    }

    /// A point of the course on the page.
    static func point(_ reading: EmotionReading) -> JSONValue {
        [
            "valence": .real(reading.valence), "arousal": .real(reading.arousal),
            "probabilities": probabilities(reading),
        ]
    }

    private static func probabilities(_ reading: EmotionReading) -> JSONValue {
        .object(
            Dictionary(
                reading.probabilities.map { ($0.key.rawValue, JSONValue.real($0.value)) },
                uniquingKeysWith: { first, _ in first }))
    }

    static func payload(_ reading: EmotionReading, _ which: String, _ turn: Int) -> JSONValue {
        guard case .object(var members) = part(reading) else { return .null }
        members["which"] = .string(which)
        members["turn"] = .integer(Int64(turn))
        return .object(members)
    }

    static func payload(
        _ reply: SimReply, _ owed: [RoomTurn], _ number: Int, _ due: Instant
    ) -> JSONValue {
        var members: [String: JSONValue] = [
            "turn": .integer(Int64(number)),
            "answers": .array(owed.map { .integer(Int64($0.number)) }),
            "source": .string(reply.source), "due_ns": .integer(due.nanoseconds),
            "delay_ms": .integer(Int64(reply.delayMilliseconds)),
            "stance": .string(reply.stance.rawValue),
            "fallback": reply.fallback.map(JSONValue.string) ?? .null,
            "pause": reply.pause.map(JSONValue.string) ?? .null,
        ]
        members["principles"] = try? JSONValue(encoding: reply.principles)
        return .object(members)
    }

    /// A request to a model: whole as sent and received, without any key.
    func say(
        _ kind: String, _ exchange: ModelExchange, _ turn: Int, _ entries: inout [RoomEntry],
        _ draft: inout RoomState
    ) {
        guard case .object(var payload)? = try? JSONValue(encoding: exchange) else { return }
        payload["turn"] = .integer(Int64(turn))
        for name in ["request", "response"] {
            guard let text = payload[name]?.string, text.utf8.count > Self.longestModelText else {
                continue
            }
            payload[name] = .string(String(text.prefix(Self.longestModelText / 4)))
            payload["\(name)_bytes"] = .integer(Int64(text.utf8.count))
        }
        say(kind, .object(payload), &entries, &draft)
    }

    /// An item of an outbox has at most a mebibyte.
    private static let longestModelText = 200_000
}

extension RoomTurn {
    /// The turn as those who answer see it: without any code of participant or session.
    var line: ConversationLine {
        ConversationLine(author: author == .participant ? .participant : .client, text: text)
    }
}
