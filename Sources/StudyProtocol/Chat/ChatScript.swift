import Declarations

/// A short script for a scripted side of a chat: an opening line, and replies by simple rules.
///
/// Read from a file in `Protocols/personas`.
public struct ChatScript: Hashable, Sendable, CheckedDeclaration {
    /// Which side the script speaks for.
    public enum Role: String, Hashable, Sendable, Codable, CaseIterable {
        case client, supporter
    }

    /// When a rule applies: every condition that is given must hold.
    public struct Rule: Hashable, Sendable, Decodable {
        /// Words or phrases, one of which stands in the message. `*` at the end takes any ending.
        public var anyOf: [String]?
        /// First and last turn (from 1) in which the rule applies.
        public var fromTurn: Int?
        public var toTurn: Int?
        /// Whether the message asks something.
        public var question: Bool?
        /// The replies, each given once and in this order; then the rule applies no more.
        public var say: [String]
    }

    /// How long a reply takes.
    public struct Pace: Hashable, Sendable, Decodable {
        /// Milliseconds to read a word of the message.
        public var readingPerWordMilliseconds: Int
        /// Milliseconds to think.
        public var thinkingMilliseconds: Int
        /// Milliseconds to type a character of the reply.
        public var typingPerCharacterMilliseconds: Int
        /// The longest delay.
        public var longestMilliseconds: Int
    }

    public var name: String
    public var version: Int
    public var title: String
    public var role: Role
    /// The first line; nil where the other side begins.
    public var opening: String?
    public var pace: Pace
    /// The first rule that applies is taken.
    public var rules: [Rule]
    /// The replies where no rule applies, in turn, over and over.
    public var otherwise: [String]

    public func check(_ report: inout DeclarationReport) {
        report.requireName(name, at: "name")
        report.require(version, in: 1...1_000_000, at: "version")
        report.require(
            pace.readingPerWordMilliseconds, in: 0...10_000, at: "pace",
            "readingPerWordMilliseconds")
        report.require(
            pace.thinkingMilliseconds, in: 0...600_000, at: "pace", "thinkingMilliseconds")
        report.require(
            pace.typingPerCharacterMilliseconds, in: 0...10_000, at: "pace",
            "typingPerCharacterMilliseconds")
        report.require(
            pace.longestMilliseconds, in: 0...600_000, at: "pace", "longestMilliseconds")
        if otherwise.isEmpty { report.add(at: "otherwise", message: "expected at least one reply") }
        for (index, rule) in rules.enumerated() {
            if rule.say.isEmpty {
                report.add(
                    at: "rules", "\(index)", "say", message: "expected at least one reply")
            }
            report.require(rule.fromTurn, in: 1...10_000, at: "rules", "\(index)", "fromTurn")
            report.require(
                rule.toTurn, in: (max(1, min(rule.fromTurn ?? 1, 10_000)))...10_000, at: "rules",
                "\(index)", "toTurn")
        }
    }

    /// Reads a script from its file.
    public static func load(path: String) throws(DeclarationErrors) -> ChatScript {
        try Declaration.load(ChatScript.self, path: path).value
    }
}
