/// Leaves out what some local models say to themselves before their answer, between `<think>` and
/// `</think>`. It stays in the recorded response.
struct ThinkingFilter: Sendable {
    private enum State: Sendable { case beginning, thinking, thought, answering }

    private static let opening = "<think>"
    private static let closing = "</think>"

    private var state = State.beginning
    /// What may still become a mark.
    private var held = ""

    /// Takes a piece of what the model says, and returns what of it belongs to the answer.
    mutating func feed(_ text: String) -> String {
        if state == .answering { return text }
        if state == .thought { return begin(text) }
        held += text
        if state == .beginning {
            let start = held.drop(while: \.isWhitespace)
            if start.hasPrefix(Self.opening) {
                state = .thinking
                held = String(start.dropFirst(Self.opening.count))
            } else if Self.opening.hasPrefix(start) {
                return ""
            } else {
                state = .answering
                return finish()
            }
        }
        guard let end = held.firstRange(of: Self.closing) else {
            // Only what could be the mark's beginning is needed again.
            held = String(held.suffix(Self.closing.count))
            return ""
        }
        state = .thought
        defer { held = "" }
        return begin(String(held[end.upperBound...]))
    }

    /// The answer begins with its first character that is no space.
    private mutating func begin(_ text: String) -> String {
        let answer = text.drop(while: \.isWhitespace)
        if !answer.isEmpty { state = .answering }
        return String(answer)
    }

    /// What was held back because it could have become a mark.
    mutating func finish() -> String {
        defer { held = "" }
        return state == .thinking ? "" : held
    }
}
