import StudyProtocol
import TestSupport
import Testing

@testable import SimulatedClient

/// What holds for any text.
@Suite struct ProvenancePropertyTests {
    /// Unlike texts: words of an invented language, so that chance is known.
    static func text(_ random: inout TestSupport.SeededGenerator, words: ClosedRange<Int>) -> String
    {
        let consonants = Array("bdfgklmnprstvz")
        let vowels = Array("aeiou")
        return (0..<Int.random(in: words, using: &random)).map { _ in
            (0..<Int.random(in: 1...4, using: &random)).map { _ in
                "\(consonants.randomElement(using: &random) ?? "b")"
                    + "\(vowels.randomElement(using: &random) ?? "a")"
            }.joined()
        }.joined(separator: " ")
    }

    static func changed(_ text: String, _ random: inout TestSupport.SeededGenerator, changes: Int)
        -> String
    {
        var characters = Array(text)
        for _ in 0..<changes {
            let place = Int.random(in: 0...characters.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0 where place < characters.count: characters.remove(at: place)
            case 1 where place < characters.count: characters[place] = "x"
            default: characters.insert(Bool.random(using: &random) ? "é" : " ", at: place)
            }
        }
        return String(characters)
    }

    /// The plain table of the least number of changes.
    static func distance(_ first: [Int32], _ second: [Int32]) -> Int {
        var row = Array(0...second.count)
        for (place, character) in first.enumerated() {
            var diagonal = row[0]
            row[0] = place + 1
            for (column, other) in second.enumerated() {
                let best = min(
                    diagonal + (character == other ? 0 : 1), row[column] + 1, row[column + 1] + 1)
                diagonal = row[column + 1]
                row[column + 1] = best
            }
        }
        return row[second.count]
    }

    @Test func theDistanceIsThatOfThePlainTable() {
        var random = TestSupport.SeededGenerator(seed: 1)
        for round in 0..<300 {
            let length = round < 200 ? 0...90 : 60...300
            func characters() -> [Int32] {
                (0..<Int.random(in: length, using: &random)).map { _ in
                    Int32.random(in: 0..<4, using: &random)
                }
            }
            let (first, second) = (characters(), characters())
            let expected = Self.distance(first, second)
            #expect(EditDistance.between(first, second) == expected, "\(first) \(second)")
            #expect(EditDistance.between(second, first) == expected)
        }
        #expect(EditDistance.between([], [1, 2]) == 2 && EditDistance.between([], []) == 0)
    }

    @Test func editsLeadFromTheSuggestionToTheMessage() throws {
        var random = TestSupport.SeededGenerator(seed: 2)
        for round in 0..<150 {
            let shown = Self.text(&random, words: 1...40) + (round % 3 == 0 ? " 👩‍👩‍👧, é!" : ".")
            let sent = Self.changed(
                shown, &random, changes: Int.random(in: 0...30, using: &random))
            let report = ProvenanceTests.report(
                sent, ProvenanceTests.suggestions(shown),
                [SuggestionInsertion(id: "s1", position: 0, deleted: 0, inserted: 1)])
            let use = report.suggestions[0]
            let words = try #require(use.wordEdits)
            let characters = try #require(use.characterEdits)
            #expect(TextEdit.apply(words, to: shown).map { Array($0.utf16) } == Array(sent.utf16))
            #expect(
                TextEdit.apply(characters, to: shown).map { Array($0.utf16) } == Array(sent.utf16))
            let least = characters.reduce(0) { $0 + $1.deleted.count + $1.inserted.count }
            let coarse = words.reduce(0) { $0 + $1.deleted.count + $1.inserted.count }
            #expect(least <= coarse)
        }
    }

    @Test func theSameTextIsDirectAndAnUnlikeOneNothing() {
        var random = TestSupport.SeededGenerator(seed: 3)
        for _ in 0..<150 {
            let texts = (0..<9).map { _ in Self.text(&random, words: 4...40) }
            let shown = texts.enumerated().map {
                Suggestion(
                    id: "\($0.offset)", group: .emotionalSupport, text: $0.element, source: "t")
            }
            let place = Int.random(in: 0..<9, using: &random)
            let same = ProvenanceTests.report(texts[place], shown)
            #expect(same.adoption == .direct && same.contributors == ["\(place)"])
            let other = ProvenanceTests.report(Self.text(&random, words: 8...60), shown)
            #expect(other.adoption == .none, "\(other)")
        }
    }

    @Test func theOrderOfSuggestionsDoesNotMatter() {
        var random = TestSupport.SeededGenerator(seed: 4)
        for _ in 0..<60 {
            let texts = (0..<5).map { _ in Self.text(&random, words: 6...20) }
            var shown = texts.enumerated().map {
                Suggestion(
                    id: "\($0.offset)", group: .empatheticResponse, text: $0.element, source: "t")
            }
            let sent = Self.mixture(texts, &random)
            let first = ProvenanceTests.report(sent, shown)
            shown.shuffle(using: &random)
            let second = ProvenanceTests.report(sent, shown)
            #expect(first.adoption == second.adoption)
            #expect(Set(first.contributors) == Set(second.contributors))
            #expect(first.own == second.own && first.editSimilarity == second.editSimilarity)
        }
    }

    /// Pieces of Suggestions with own words between them.
    static func mixture(_ texts: [String], _ random: inout TestSupport.SeededGenerator) -> String {
        if Int.random(in: 0..<4, using: &random) == 0 {
            return changed(texts[0], &random, changes: Int.random(in: 0...9, using: &random))
        }
        return (0..<Int.random(in: 1...4, using: &random)).map { _ in
            guard Bool.random(using: &random), let text = texts.randomElement(using: &random)
            else { return Self.text(&random, words: 1...10) }
            let words = text.split(separator: " ")
            let from = Int.random(in: 0..<words.count, using: &random)
            let to = Int.random(in: from...words.count, using: &random)
            return Self.changed(
                words[from..<to].joined(separator: " "), &random,
                changes: Int.random(in: 0...4, using: &random))
        }.joined(separator: " ")
    }

    @Test func classesMoveOneWayWithTheThresholds() {
        var random = TestSupport.SeededGenerator(seed: 5)
        var seen: Set<AdoptionClass> = []
        let steps = stride(from: 0.0, through: 1, by: 0.05)
        for _ in 0..<60 {
            let texts = (0..<4).map { _ in Self.text(&random, words: 4...20) }
            let shown = texts.enumerated().map {
                Suggestion(
                    id: "\($0.offset)", group: .empatheticResponse, text: $0.element, source: "t")
            }
            let report = ProvenanceTests.report(Self.mixture(texts, &random), shown)
            func never(
                _ adoption: AdoptionClass, comesBackWith change: (Double) -> AdoptionThresholds
            ) {
                var isOver = false
                for step in steps {
                    let now = report.classified(by: change(step)).adoption
                    seen.insert(now)
                    if now != adoption { isOver = true }
                    #expect(!isOver || now != adoption, "\(adoption) at \(step): \(report)")
                }
            }
            never(.direct) { AdoptionThresholds(direct: $0) }
            never(.slight) { AdoptionThresholds(slight: $0) }
            var isNone = false
            for step in steps {
                let now = report.classified(by: AdoptionThresholds(overlap: step)).adoption
                #expect(!isNone || now == .none)
                if now == .none { isNone = true }
            }
        }
        #expect(seen.count == AdoptionClass.allCases.count)
    }

    @Test func measuresAreShares() {
        var random = TestSupport.SeededGenerator(seed: 6)
        for _ in 0..<60 {
            let texts = (0..<4).map { _ in Self.text(&random, words: 1...12) }
            let shown = ProvenanceTests.suggestions(texts[0], texts[1], texts[2], texts[0])
            let sent = Self.mixture(texts, &random)
            let report = ProvenanceTests.report(sent, shown)
            var covered = 0.0
            for use in report.suggestions {
                for share in [use.editSimilarity, use.containment, use.taken, use.coverage] {
                    #expect((0...1).contains(share))
                }
                covered += use.coverage
                for span in use.spans {
                    #expect(span.messagePosition + span.messageLength <= sent.utf16.count)
                }
            }
            #expect(abs(covered + report.own - 1) < 1e-9)
            let places = report.suggestions.flatMap(\.spans).sorted {
                $0.messagePosition < $1.messagePosition
            }
            for (one, next) in zip(places, places.dropFirst()) {
                #expect(one.messagePosition + one.messageLength <= next.messagePosition)
            }
        }
    }

    /// Without optimisation this takes some thirty times as long as in use.
    @Test func longTextsAreBounded() {
        var random = TestSupport.SeededGenerator(seed: 7)
        func long(_ characters: Int) -> String {
            String(Self.text(&random, words: characters...characters).prefix(characters))
        }
        let shown = (0..<9).map {
            Suggestion(id: "\($0)", group: .emotionalSupport, text: long(2000), source: "t")
        }
        let clock = ContinuousClock()
        let time = clock.measure {
            for sent in [shown[3].text, long(2000), shown.map { $0.text.prefix(220) }.joined()] {
                _ = ProvenanceTests.report(sent, shown)
            }
        }
        #expect(time < .seconds(20), "\(time)")
        let repetitive = String(repeating: "no ", count: 700)
        let other = (0..<9).map {
            Suggestion(id: "\($0)", group: .emotionalSupport, text: repetitive, source: "t")
        }
        #expect(ProvenanceTests.report(repetitive + "yes", other).adoption == .direct)
        let endless = ProvenanceTests.report(long(60_000), ProvenanceTests.suggestions(long(300)))
        #expect(endless.truncated && endless.length == 60_000)
    }
}
