import Declarations
import SystemCalls

/// What words tell of emotion in a language: `Protocols/emotions/LANGUAGE.yaml`.
public struct EmotionLexicon: Hashable, Sendable, CheckedDeclaration {
    /// Words with the same values.
    public struct Group: Hashable, Sendable, Decodable {
        public var category: EmotionCategory
        /// A second category, with a quarter of the weight.
        public var also: EmotionCategory?
        /// −1…1.
        public var valence: Double
        /// −1…1.
        public var arousal: Double
        public var words: [String]
    }

    /// Words that make what follows stronger or weaker.
    public struct Strengthener: Hashable, Sendable, Decodable {
        public var factor: Double
        public var words: [String]
    }

    /// Emoji and emoticons with the same values.
    public struct SignGroup: Hashable, Sendable, Decodable {
        public var category: EmotionCategory
        public var valence: Double
        public var arousal: Double
        public var signs: [String]
    }

    public var language: String
    public var version: Int
    public var groups: [Group]
    public var negators: [String]
    public var notNegators: [String]?
    public var strengtheners: [Strengthener]
    public var signs: [SignGroup]

    public func check(_ report: inout DeclarationReport) {
        report.requireName(language, at: "language")
        report.require(version, in: 1...1_000_000, at: "version")
        var known: Set<String> = []
        for (index, group) in groups.enumerated() {
            report.require(group.valence, in: -1...1, at: "groups", "\(index)", "valence")
            report.require(group.arousal, in: -1...1, at: "groups", "\(index)", "arousal")
            for (number, word) in group.words.enumerated() {
                let place = ["groups", "\(index)", "words", "\(number)"]
                if let mistake = PhraseTable<Int>.mistake(in: word) {
                    report.add(at: place, message: mistake)
                } else if !known.insert(word).inserted {
                    report.add(at: place, message: "'\(word)' stands twice")
                }
            }
        }
        let lists = [("negators", negators), ("notNegators", notNegators ?? [])]
        for (key, words) in lists {
            for (number, word) in words.enumerated() {
                guard let mistake = PhraseTable<Int>.mistake(in: word) else { continue }
                report.add(at: key, "\(number)", message: mistake)
            }
        }
        for (index, strengthener) in strengtheners.enumerated() {
            report.require(
                strengthener.factor, in: 0.1...3, at: "strengtheners", "\(index)", "factor")
        }
        for (index, group) in signs.enumerated() {
            report.require(group.valence, in: -1...1, at: "signs", "\(index)", "valence")
            report.require(group.arousal, in: -1...1, at: "signs", "\(index)", "arousal")
            for (number, sign) in group.signs.enumerated()
            where sign.isEmpty || sign.count > 4 {
                report.add(
                    at: "signs", "\(index)", "signs", "\(number)",
                    message: "expected an emoji or an emoticon, found '\(sign)'")
            }
        }
    }

    /// Reads the lexicon of a language.
    ///
    /// - Throws: `SimClientError.language` where there is none.
    public static func load(language: String) throws(SimClientError) -> EmotionLexicon {
        try LanguageFile.load(
            EmotionLexicon.self, directory: Places.emotions, language: language,
            what: "emotion lexicon", declared: \.language)
    }

    /// Reads a lexicon from a file.
    public static func load(path: String) throws(DeclarationErrors) -> EmotionLexicon {
        try Declaration.load(EmotionLexicon.self, path: path).value
    }
}
