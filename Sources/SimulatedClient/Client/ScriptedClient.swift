import StudyProtocol

/// A side of a chat that answers from a script: the same messages get the same replies, always.
///
/// It understands nothing; it looks for words. Its name says so, in every record of the session.
public struct ScriptedClient: Hashable, Sendable {
    /// What is said, and after how long.
    public struct Reply: Hashable, Sendable {
        public var text: String
        /// Milliseconds from the message to the reply: reading, thinking and typing.
        public var delayMilliseconds: Int

        public init(text: String, delayMilliseconds: Int) {
            self.text = text
            self.delayMilliseconds = delayMilliseconds
        }
    }

    /// The script that is spoken.
    public let script: ChatScript
    /// How many replies of each rule were given, and of those that fit always.
    private var given: [Int]
    private var givenOtherwise = 0
    /// What was answered, by turn: a message that comes again gets the same answer.
    private var answered: [Int: Reply] = [:]

    public init(_ script: ChatScript) {
        self.script = script
        given = [Int](repeating: 0, count: script.rules.count)
    }

    /// How many replies of each rule were given, and of those that fit always.
    var counts: (rules: [Int], otherwise: Int) { (given, givenOtherwise) }

    /// Takes counts and answers as they were; counts that no rule can have are brought to what it has.
    mutating func restore(given: [Int], otherwise: Int, answered: [(turn: Int, reply: Reply)]) {
        for (index, count) in given.enumerated() where script.rules.indices.contains(index) {
            self.given[index] = min(max(count, 0), script.rules[index].say.count)
        }
        givenOtherwise = max(otherwise, 0)
        self.answered = Dictionary(
            answered.map { ($0.turn, $0.reply) }, uniquingKeysWith: { first, _ in first })
    }

    /// What this is, such as `scripted/distressed-client/1`.
    public var name: String { "scripted/\(script.name)/\(script.version)" }

    /// The first line, with the time it takes to type it.
    public var opening: Reply? {
        script.opening.map { Reply(text: $0, delayMilliseconds: delay(reading: "", writing: $0)) }
    }

    /// The reply to a message of the other side.
    ///
    /// - Parameter turn: the number of that message, from 1. Asking again for a turn gives the reply
    ///   that was given, whatever the text.
    public mutating func reply(to text: String, turn: Int) -> Reply {
        if let reply = answered[turn] { return reply }
        let words = Self.normalised(text)
        var chosen: String?
        for (index, rule) in script.rules.enumerated() where given[index] < rule.say.count {
            guard applies(rule, words: words, isQuestion: text.contains("?"), turn: turn) else {
                continue
            }
            chosen = rule.say[given[index]]
            given[index] += 1
            break
        }
        if chosen == nil, !script.otherwise.isEmpty {
            chosen = script.otherwise[max(givenOtherwise, 0) % script.otherwise.count]
            givenOtherwise &+= 1
        }
        let said = chosen ?? "…"
        let reply = Reply(text: said, delayMilliseconds: delay(reading: text, writing: said))
        answered[turn] = reply
        return reply
    }

    private func applies(
        _ rule: ChatScript.Rule, words: String, isQuestion: Bool, turn: Int
    ) -> Bool {
        if let first = rule.fromTurn, turn < first { return false }
        if let last = rule.toTurn, turn > last { return false }
        if let question = rule.question, question != isQuestion { return false }
        guard let anyOf = rule.anyOf else { return true }
        return anyOf.contains { phrase in
            var wanted = Self.normalised(phrase)
            if phrase.hasSuffix("*") { wanted.removeLast() }
            return words.contains(wanted)
        }
    }

    /// Lower case words with one space before, between and after them.
    private static func normalised(_ text: String) -> String {
        let words = text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "'" }
        return " " + words.joined(separator: " ") + " "
    }

    private func delay(reading text: String, writing reply: String) -> Int {
        Pacing.milliseconds(script.pace, reading: text, writing: reply)
    }
}
