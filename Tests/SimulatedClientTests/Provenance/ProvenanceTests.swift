import StudyProtocol
import Testing

@testable import SimulatedClient

/// What the classes mean, by example.
@Suite struct ProvenanceTests {
    static let work =
        "It sounds like everything at work has been piling up, and you feel alone with it."
    static let sleep = "How have you been sleeping since the argument with your sister?"
    static let thanks = "Thank you for trusting me with this; it takes courage to say it out loud."

    static func suggestions(_ texts: String...) -> [Suggestion] {
        texts.enumerated().map { place, text in
            Suggestion(
                id: "s\(place + 1)",
                group: SuggestionGroup.allCases[place % SuggestionGroup.allCases.count],
                text: text, source: "test")
        }
    }

    static func report(
        _ sent: String, _ shown: [Suggestion]? = nil, _ insertions: [SuggestionInsertion] = [],
        shownToPerson: Bool = true
    ) -> ProvenanceReport {
        Provenance.report(
            sent: sent, shown: shown ?? suggestions(work, sleep, thanks), insertions: insertions,
            thresholds: AdoptionThresholds(), wereShown: shownToPerson)
    }

    @Test func theSameTextIsDirectAdoption() {
        let report = Self.report(Self.sleep)
        #expect(report.adoption == .direct && report.contributors == ["s2"])
        #expect(report.editSimilarity == 1 && report.containment == 1)
        #expect(report.own == 0)
        let use = report.suggestions[1]
        #expect(use.coverage == 1 && use.taken == 1 && use.wordEdits == [])
        #expect(use.characterEdits == [])
        #expect(
            use.spans == [
                MatchedSpan(
                    messagePosition: 0, messageLength: Self.sleep.utf16.count - 1,
                    suggestionPosition: 0, suggestionLength: Self.sleep.utf16.count - 1)
            ])
        #expect(report.suggestions[0].wordEdits == nil)
    }

    @Test(
        arguments: [
            "  how have you been SLEEPING since the argument with your sister  ",
            "How have you been sleeping, since the argument with your sister???",
            "how\thave you\n been sleeping — since “the argument” with your sister",
        ])
    func caseMarksAndSpacesDoNotCount(_ sent: String) {
        #expect(Self.report(sent).adoption == .direct)
        #expect(Self.report(sent).editSimilarity == 1)
    }

    @Test func smallChangesAreSlightModification() {
        let report = Self.report("How have you been sleeping since the fight with your sister?")
        #expect(report.adoption == .slight && report.contributors == ["s2"])
        let use = report.suggestions[1]
        #expect(use.wordEdits == [TextEdit(position: 37, deleted: "argument", inserted: "fight")])
        #expect(use.spans.count == 2)
    }

    @Test func unlikeTextsHaveNothingInCommon() {
        let report = Self.report("I would go for a walk if I were you, the weather is nice today.")
        #expect(report.adoption == .none && report.contributors.isEmpty)
        #expect(report.own == 1 && report.suggestions.allSatisfy { $0.wordEdits == nil })
    }

    @Test func twoSuggestionsInOneAreACombination() {
        let report = Self.report(Self.thanks + " " + Self.work)
        #expect(report.adoption == .combination)
        #expect(Set(report.contributors) == ["s1", "s3"] && report.own == 0)
        #expect(report.suggestions[1].taken == 0)
        // Also where one makes up nearly all of it.
        let small = Self.suggestions(Self.work + " " + Self.thanks, "Take all the time you need.")
        let both = Self.report("\(Self.work) \(Self.thanks) Take all the time you need.", small)
        #expect(both.editSimilarity >= AdoptionThresholds().slight)
        #expect(both.adoption == .combination)
        // Halves of two.
        let halves = Self.report(
            "It sounds like everything at work has been piling up. How have you been sleeping since?"
        )
        #expect(halves.adoption == .combination && Set(halves.contributors) == ["s1", "s2"])
    }

    @Test func aSuggestionAndMuchOfOnesOwnAreACombination() {
        let report = Self.report(
            Self.sleep + " When my father was ill I lay awake every single night for weeks.")
        #expect(report.adoption == .combination && report.contributors == ["s2"])
        #expect((0.4...0.7).contains(report.own))
        // A few words more are a slight modification.
        #expect(Self.report(Self.sleep + " Tell me.").adoption == .slight)
    }

    @Test func wordsOfASuggestionInAnotherTextAreRewritten() {
        let report = Self.report(
            "So everything at work is too much, and you feel alone with that now?")
        #expect(report.adoption == .rewritten && report.contributors == ["s1"], "\(report)")
        #expect(report.suggestions[0].spans.count >= 2)
        // A small part of a long one.
        let part = Self.report("It takes courage to say it.")
        #expect(part.adoption == .rewritten && part.contributors == ["s3"], "\(part)")
    }

    @Test func whatWasInsertedIsToldAlsoWhereNothingIsLeftOfIt() {
        let insertion = SuggestionInsertion(id: "s2", position: 0, deleted: 0, inserted: 63)
        let report = Self.report("Never mind.", nil, [insertion, insertion])
        #expect(report.adoption == .none)
        let use = report.suggestions[1]
        #expect(use.insertions == 2)
        #expect(TextEdit.apply(use.wordEdits ?? [], to: Self.sleep) == "Never mind.")
    }

    /// Two words in a row are shared by chance; those of an inserted Suggestion are not.
    @Test func aShortSuggestionCountsWhereItWasInserted() {
        let shown = Self.suggestions("I understand.", Self.work)
        let sent = "I understand that this went on for a very long time and nobody came."
        #expect(Self.report(sent, shown).adoption == .none)
        let insertion = SuggestionInsertion(id: "s1", position: 0, deleted: 0, inserted: 13)
        let known = Self.report(sent, shown, [insertion])
        #expect(known.adoption == .combination && known.contributors == ["s1"])
    }

    /// A phrase that several Suggestions have belongs to one of them.
    @Test func aSharedPhraseIsNoCombination() {
        let shown = Self.suggestions(
            "That sounds really hard, and I am glad that you told me.",
            "That sounds really hard. What would help you tonight?")
        let report = Self.report("That sounds really hard, and I am glad that you told me!!", shown)
        #expect(report.adoption == .direct)
        let own = Self.report(
            "That sounds really hard, I do not know what I would have done.", shown)
        #expect(own.contributors.count <= 1 && own.adoption != .combination)
    }

    /// A Suggestion is used up once: what is said twice is once of one's own.
    @Test func whatIsSaidTwiceIsTakenOnce() {
        let report = Self.report(Self.sleep + " " + Self.sleep)
        #expect(report.suggestions[1].taken == 1 && report.own == 0.5)
        #expect(report.adoption == .combination && report.contributors == ["s2"])
    }

    @Test func unshownSuggestionsAreToldApart() {
        let report = Self.report(Self.work, nil, [], shownToPerson: false)
        #expect(!report.shown && report.adoption == .direct)
    }

    @Test func thereMayBeNothingAtAll() {
        #expect(Self.report("", []).adoption == .none)
        #expect(Self.report("Hello there", []).own == 1)
        #expect(Self.report("", Self.suggestions("")).adoption == .none)
        #expect(Self.report("?!", Self.suggestions("?!", "...")).adoption == .direct)
        #expect(Self.report("?", Self.suggestions("!")).adoption == .none)
        #expect(Self.report("...", Self.suggestions(Self.work)).adoption == .none)
        #expect(Self.report("okay", Self.suggestions("Okay!")).adoption == .direct)
        let zero = Provenance.report(
            sent: "abc", shown: Self.suggestions("xyz"), insertions: [],
            thresholds: AdoptionThresholds(direct: 0, slight: 0, overlap: 0))
        #expect(zero.adoption == .none)
    }
}
