/// Which consent the events of linked clients need.
public enum EventConsent {
    /// The kinds of events that hold data of which consent is asked.
    public static let kinds = [
        "turn", "draft_edit", "composition", "suggestion_inserted", "caret", "key_lag", "reply",
        "suggestions", "provenance", "persona_state", "emotion", "model_call",
    ]

    /// The kinds of data that an event of a kind holds.
    public static func data(in kind: String) -> [ConsentTier.Data] {
        switch kind {
        case "turn": [.turns]
        case "draft_edit", "composition", "suggestion_inserted", "caret": [.draftEdits]
        case "key_lag": [.keys]
        // What was said stands in these too.
        case "reply", "suggestions", "provenance", "persona_state", "emotion": [.turns]
        case "model_call": [.turns, .modelRequests]
        default: []
        }
    }
}
