/// A partner that says given lines in turn and begins anew after the last. The first is its
/// opening. It takes longer for longer lines.
public struct LinePartner: ChatPartner, Sendable {
    private let lines: [String]
    private let millisecondsPerCharacter: Int

    /// - Parameter lines: at least one; an empty list says "…".
    public init(
        lines: [String] = LinePartner.standard, millisecondsPerCharacter: Int = 15
    ) {
        self.lines = lines.isEmpty ? ["…"] : lines
        self.millisecondsPerCharacter = millisecondsPerCharacter
    }

    public func opening() -> ChatReply? { line(0) }

    public func reply(to text: String, turn: Int) -> ChatReply { line(turn) }

    private func line(_ number: Int) -> ChatReply {
        let text = lines[max(number, 0) % lines.count]
        let delay = min(400 + text.count * millisecondsPerCharacter, 5000)
        return ChatReply(text: text, delayMilliseconds: delay)
    }

    /// A short conversation with somebody who cannot sleep.
    public static let standard = [
        "Hello. I am not sure where to begin.",
        "I have slept badly for weeks. I lie awake and go over everything.",
        "Mostly work. I keep thinking that I will be found out.",
        "I have not told anybody yet. It feels silly to say it.",
        "That helps a little. Nobody has asked me that before.",
        "Maybe I could try that tonight. Thank you for listening.",
    ]
}
