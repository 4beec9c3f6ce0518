import Declarations
import SystemCalls

/// The phrases of a language by which a message is read: `Protocols/moves/LANGUAGE.yaml`.
public struct MoveFile: Hashable, Sendable, CheckedDeclaration {
    /// Phrases that tell one move.
    public struct Rule: Hashable, Sendable, Decodable {
        public var move: SupporterMove
        public var phrases: [String]
        /// Phrases around these that mean something else, such as "not your fault".
        public var except: [String]?
        /// Whether the sentence must be a question, or must not be one.
        public var question: Bool?
    }

    /// What a simulated client does not say, whoever speaks for it.
    public struct Client: Hashable, Sendable, Decodable {
        /// It advises, as a supporter does.
        public var advice: [String]
        /// It speaks as an assistant, or of its own making.
        public var role: [String]
        /// All is well, all at once.
        public var healed: [String]
        /// It says that it is a person.
        public var human: [String]
        /// It goes along with the supporter.
        public var agrees: [String]
        /// It pushes back.
        public var resists: [String]
        /// It keeps something to itself.
        public var withholds: [String]
    }

    /// What a scripted supporter of `attune persona check` says.
    public struct Supporter: Hashable, Sendable, Decodable {
        public var name: String
        /// What kind of supporter this is, in words.
        public var title: String
        /// One after another, and again from the first.
        public var lines: [String]
    }

    public var language: String
    public var version: Int
    public var moves: [Rule]
    public var client: Client
    /// Words by which the language is known, and which say nothing about a message's content.
    public var commonWords: [String]
    /// Those against whom personas are checked.
    public var supporters: [Supporter]

    public func check(_ report: inout DeclarationReport) {
        report.requireName(language, at: "language")
        report.require(version, in: 1...1_000_000, at: "version")
        func require(_ phrases: [String], _ place: String...) {
            for (index, phrase) in phrases.enumerated() {
                guard let mistake = PhraseTable<Int>.mistake(in: phrase) else { continue }
                report.add(at: place + ["\(index)"], message: mistake)
            }
        }
        for (index, rule) in moves.enumerated() {
            require(rule.phrases, "moves", "\(index)", "phrases")
            require(rule.except ?? [], "moves", "\(index)", "except")
        }
        require(client.advice, "client", "advice")
        require(client.role, "client", "role")
        require(client.healed, "client", "healed")
        require(client.human, "client", "human")
        require(client.agrees, "client", "agrees")
        require(client.resists, "client", "resists")
        require(client.withholds, "client", "withholds")
        require(commonWords, "commonWords")
        for (index, supporter) in supporters.enumerated() {
            report.requireName(supporter.name, at: "supporters", "\(index)", "name")
            if supporter.lines.isEmpty {
                report.add(
                    at: "supporters", "\(index)", "lines", message: "expected at least one line")
            }
        }
    }

    /// A file that knows no phrase.
    static func empty(language: String) -> MoveFile {
        MoveFile(
            language: language, version: 1, moves: [],
            client: Client(
                advice: [], role: [], healed: [], human: [], agrees: [], resists: [],
                withholds: []),
            commonWords: [], supporters: [])
    }

    /// Reads the file of a language.
    ///
    /// - Throws: `SimClientError.language` where there is none.
    public static func load(language: String) throws(SimClientError) -> MoveFile {
        try LanguageFile.load(
            MoveFile.self, directory: Places.moves, language: language,
            what: "list of conversational moves", declared: \.language)
    }
}
