import Link

/// Puts events into words for a list of them.
enum EventWords {
    /// Kinds that are told in other ways, or that are too many and too small to be listed.
    static let unlisted: Set<String> = [
        "mark", "emotion", "suggestions", "suggestion_inserted", "paused", "resumed", "view",
        "scroll",
        "model_call", "persona_state", "turn_shown", "emotion_shown", "suggestions_shown", "reply",
        "provenance", "composition", "draft_edit", "typing_task", "position", "view_position",
    ]

    /// The longest text of an event, in characters.
    private static let longest = 300

    static func text(_ kind: String, _ payload: JSONValue?) -> String {
        let text =
            switch kind {
            case "window_focus", "focus": flag(payload, "focused", "focused", "not focused")
            case "deviation":
                joined(payload?["deviation"], payload?["phases"], payload?["reason"])
            case "alarm": joined(payload?["code"], payload?["text"])
            case "safety": joined(payload?["category"], payload?["severity"], payload?["action"])
            case "consent":
                joined(payload?["tier"]) + flag(payload, "granted", ": yes", ": no")
            case "answers":
                joined(payload?["questionnaire"]) + flag(payload, "final", ", complete", "")
            case "note": joined(payload?["note"], payload?["text"], payload?["problem"])
            default: joined(Array(members(payload)))
            }
        return text.count <= longest ? text : text.prefix(longest - 1) + "…"
    }

    private static func flag(
        _ payload: JSONValue?, _ key: String, _ yes: String, _ no: String
    ) -> String {
        guard case .bool(let value)? = payload?[key] else { return "" }
        return value ? yes : no
    }

    private static func joined(_ values: JSONValue?...) -> String { joined(values) }

    private static func joined(_ values: [JSONValue?]) -> String {
        values.compactMap { $0.flatMap(words) }.filter { !$0.isEmpty }.joined(separator: ", ")
    }

    /// The members of a payload that are for people, in the order of their names.
    private static func members(_ payload: JSONValue?) -> [JSONValue?] {
        guard case .object(let members)? = payload else { return [payload] }
        return members.sorted { $0.key < $1.key }
            .filter { !$0.key.hasSuffix("_ns") && $0.key != "actor" }
            .map { key, value in words(value).map { .string("\(key) \($0)") } }
    }

    private static func words(_ value: JSONValue) -> String? {
        switch value {
        case .null: nil
        case .bool(let value): value ? "yes" : "no"
        case .integer(let value): String(value)
        case .real(let value): value.description
        case .string(let value): value
        case .array(let values): values.compactMap(words).joined(separator: ", ")
        case .object: joined(members(value))
        }
    }
}
