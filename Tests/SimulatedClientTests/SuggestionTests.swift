import SimulatedClient
import Testing

@Suite struct SuggestionTests {
    private func history(_ turns: Int) -> [ConversationLine] {
        let said = [
            "I lie awake until three, going over everything.", "They let half of our team go.",
            "I've stopped answering my friends.", "I feel ashamed.", "I don't know.",
            "My mother was ill a lot.", "It's fine, others have it worse.", "That made me angry.",
        ]
        var lines: [ConversationLine] = []
        for turn in 0..<turns {
            lines.append(ConversationLine(author: .client, text: said[turn % said.count]))
            lines.append(ConversationLine(author: .participant, text: "I see, number \(turn)."))
        }
        return Array(lines.dropLast())
    }

    @Test(arguments: [1, 2, 3])
    func threeGroupsWithTheirIDs(_ each: Int) async throws {
        let source = try ScriptedSuggestions(language: "en", each: each)
        let set = await source.suggestions(history: history(1), state: nil, emotion: nil)
        for group in SuggestionGroup.allCases { #expect(set.of(group).count == each) }
        #expect(Set(set.suggestions.map(\.text)).count == 3 * each)
        #expect(set.suggestions.first?.id == "1-mi-1")
        #expect(set.suggestions.allSatisfy { $0.source == "scripted/en/1" })
        #expect(set.suggestions.allSatisfy { !$0.text.contains("{") })
        // The same turn again is the same set.
        let again = await source.suggestions(history: history(1), state: nil, emotion: nil)
        #expect(again == set)
    }

    @Test func nothingIsOfferedTwice() async throws {
        let source = try ScriptedSuggestions(language: "en", each: 1, seed: 4)
        var ids: Set<String> = []
        var texts: [String] = []
        for turn in 1...15 {
            let set = await source.suggestions(history: history(turn), state: nil, emotion: nil)
            #expect(set.suggestions.count == 3)
            for suggestion in set.suggestions {
                #expect(ids.insert(suggestion.id).inserted)
                texts.append(suggestion.text)
            }
        }
        #expect(Set(texts).count == texts.count)
        // One that goes on after a restart does not offer again what was shown.
        let resumed = try ScriptedSuggestions(language: "en", each: 1, seed: 4, shown: texts)
        let set = await resumed.suggestions(history: history(16), state: nil, emotion: nil)
        #expect(Set(set.suggestions.map(\.text)).isDisjoint(with: texts))
        // When all were offered there are still some.
        for turn in 17...120 {
            let set = await source.suggestions(history: history(turn), state: nil, emotion: nil)
            #expect(set.suggestions.count == 3)
        }
    }

    @Test func theyFitWhatWasSaid() async throws {
        let source = try ScriptedSuggestions(language: "en", each: 3)
        let lines =
            history(4) + [
                ConversationLine(author: .participant, text: "Yes?"),
                ConversationLine(author: .client, text: "I lie awake at night and worry."),
            ]
        let set = await source.suggestions(history: lines, state: nil, emotion: nil)
        #expect(set.suggestions.contains { $0.text.contains("night") || $0.text.contains("awake") })
        let words = set.suggestions.map(\.text).joined(separator: " ")
        #expect(!words.contains("You should"))
    }

    @Test func theyAreQuick() async throws {
        let source = try ScriptedSuggestions(language: "en", each: 3)
        let clock = ContinuousClock()
        var shortest = Duration.seconds(60)
        for turn in 1...20 {
            let lines = history(turn)
            let time = await clock.measure {
                _ = await source.suggestions(history: lines, state: nil, emotion: nil)
            }
            shortest = min(shortest, time)
        }
        // 10 ms are wanted; a debug build on a busy machine gets five times that.
        #expect(shortest < .milliseconds(50))
    }

    @Test func strangeConversations() async throws {
        let source = try ScriptedSuggestions(language: "en", each: 1)
        let nothing = await source.suggestions(history: [], state: nil, emotion: nil)
        #expect(nothing.suggestions.count == 3)
        let long = [
            ConversationLine(author: .client, text: String(repeating: "a b c. ", count: 50_000))
        ]
        let set = await source.suggestions(history: long, state: nil, emotion: nil)
        #expect(set.suggestions.count == 3)
        #expect(throws: SimClientError.self) {
            _ = try ScriptedSuggestions(language: "xx", each: 1)
        }
    }

    @Test func aModelsSuggestionsAreGrouped() async {
        let model = FakeLanguageModel([
            .failure(.timeout),
            .json([
                "motivational_interviewing": ["What matters to you?", "More than asked for"],
                "empathetic_response": [" That sounds hard. "],
                "emotional_support": ["", "I'm here."],
            ]),
        ])
        let source = ModelSuggestions(model: model, each: 1)
        let failed = await source.suggestions(history: history(1), state: nil, emotion: nil)
        #expect(failed.suggestions.isEmpty && failed.exchange?.failure?.code == .timeout)
        let set = await source.suggestions(history: history(1), state: nil, emotion: nil)
        #expect(
            set.suggestions.map(\.text) == [
                "What matters to you?", "That sounds hard.", "I'm here.",
            ])
        #expect(set.suggestions.map(\.id) == ["1-mi-1", "1-er-1", "1-es-1"])
        #expect(set.suggestions.allSatisfy { $0.source == "model/fake" })
        let again = await source.suggestions(history: history(1), state: nil, emotion: nil)
        #expect(again.suggestions == set.suggestions && model.requests.count == 2)
        let next = await source.suggestions(history: history(2), state: nil, emotion: nil)
        #expect(next.suggestions.first?.id == "2-mi-1")
        #expect(
            model.requests.last?.messages.last?.content.contains("What matters to you?") == true)
    }
}
