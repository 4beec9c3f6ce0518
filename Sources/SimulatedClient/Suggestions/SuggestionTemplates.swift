import Declarations
import SystemCalls

/// The templates of Suggestions of a language: `Protocols/suggestions/LANGUAGE.yaml`.
public struct SuggestionTemplates: Hashable, Sendable, CheckedDeclaration {
    /// Where a conversation is.
    public enum Stage: String, Codable, Hashable, Sendable, CaseIterable {
        case opening, exploring, deepening, ahead
    }

    /// The word for a feeling.
    public struct FeelingWord: Hashable, Sendable, Decodable {
        public var category: EmotionCategory
        public var word: String
    }

    /// A text and when it fits: all conditions that are given must hold.
    public struct Template: Hashable, Sendable, Decodable {
        public var group: SuggestionGroup
        /// With `{feeling}` and `{quote}` in it.
        public var say: String
        /// Phrases, one of which stands in the client's last message.
        public var cues: [String]?
        /// A phrase that the client said at any time.
        public var needs: String?
        public var feelings: [EmotionCategory]?
        public var stages: [Stage]?

        /// Whether it fits always.
        var isGeneral: Bool {
            cues == nil && needs == nil && feelings == nil && stages == nil && !say.contains("{")
        }
    }

    public var language: String
    public var version: Int
    public var feelings: [FeelingWord]
    public var templates: [Template]

    public func check(_ report: inout DeclarationReport) {
        report.requireName(language, at: "language")
        report.require(version, in: 1...1_000_000, at: "version")
        for (index, template) in templates.enumerated() {
            let place = ["templates", "\(index)"]
            if template.say.allSatisfy(\.isWhitespace) || template.say.count > 1000 {
                report.add(at: place + ["say"], message: "expected a text of 1 to 1000 characters")
            }
            var plain = template.say
            for name in ["{feeling}", "{quote}"] { plain = plain.split(separator: name).joined() }
            if plain.contains("{") || plain.contains("}") {
                report.add(
                    at: place + ["say"], message: "expected no braces but {feeling} and {quote}")
            }
            for (number, cue) in (template.cues ?? []).enumerated() {
                guard let mistake = PhraseTable<Int>.mistake(in: cue) else { continue }
                report.add(at: place + ["cues", "\(number)"], message: mistake)
            }
            if let needs = template.needs, let mistake = PhraseTable<Int>.mistake(in: needs) {
                report.add(at: place + ["needs"], message: mistake)
            }
            if templates[..<index].contains(where: { $0.say == template.say }) {
                report.add(at: place + ["say"], message: "this text stands twice")
            }
        }
        for group in SuggestionGroup.allCases
        where !templates.contains(where: { $0.group == group && $0.isGeneral }) {
            report.add(
                at: "templates",
                message: "expected a template without conditions for \(group.rawValue)")
        }
    }

    /// Reads the templates of a language.
    ///
    /// - Throws: `SimClientError.language` where there are none.
    public static func load(language: String) throws(SimClientError) -> SuggestionTemplates {
        try LanguageFile.load(
            SuggestionTemplates.self, directory: Places.suggestions, language: language,
            what: "file of Suggestions", declared: \.language)
    }
}
