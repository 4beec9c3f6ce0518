import SimulatedClient
import Testing

@Suite struct LexiconScorerTests {
    private let scorer: LexiconScorer

    init() throws { scorer = try LexiconScorer(language: "en") }

    @Test(arguments: [
        ("I feel so sad and lonely.", EmotionCategory.sadness),
        ("I'm terrified, I had a panic attack.", .fear),
        ("I am furious with them!", .anger),
        ("That is disgusting, it makes me sick. Gross.", .disgust),
        ("I'm so happy and glad today", .happiness),
        ("Wow, I was so surprised!", .surprise),
        ("The bus leaves at ten.", .neutral),
        ("", .neutral),
    ])
    func categories(_ text: String, _ wanted: EmotionCategory) {
        let reading = scorer.read(text)
        #expect(reading.category == wanted)
        let sum = reading.probabilities.values.reduce(0, +)
        #expect(abs(sum - 1) < 1e-9)
        #expect(reading.probabilities.count == 7)
        #expect((-1...1).contains(reading.valence) && (-1...1).contains(reading.arousal))
        #expect((0...1).contains(reading.uncertainty))
        #expect(reading.provenance == "lexicon/en/1")
        #expect(reading == scorer.read(text))
    }

    @Test func valenceAndArousalGoTheRightWay() {
        #expect(scorer.read("I'm happy").valence > 0.3)
        #expect(scorer.read("I'm sad").valence < -0.3)
        #expect(scorer.read("I'm furious").arousal > 0.4)
        #expect(scorer.read("I'm exhausted and numb").arousal < -0.2)
    }

    @Test func negationTurns() {
        #expect(scorer.read("I am not happy").valence < 0)
        #expect(scorer.read("I'm not happy at all").category != .happiness)
        #expect(scorer.read("I'm not sad").valence > 0)
        #expect(scorer.read("I’m not sad").category != .sadness)
        // Over a sentence's end it does not reach.
        #expect(scorer.read("Not today. Happy now").valence > 0)
        #expect(scorer.read("I'm not only sad").valence < 0)
    }

    @Test func strengthenersAndExclamations() {
        let plain = scorer.read("I am sad").valence
        #expect(scorer.read("I am very sad").valence < plain)
        #expect(scorer.read("I am a bit sad").valence > plain)
        #expect(scorer.read("I am angry!").arousal > scorer.read("I am angry").arousal)
    }

    @Test func signsCount() {
        #expect(scorer.read("😢").category == .sadness)
        #expect(scorer.read("ok 😡").category == .anger)
        #expect(scorer.read("see you :)").valence > 0)
        #expect(scorer.read("❤️").valence > 0)
        #expect(scorer.read("👍🏽").valence > 0)
        #expect(scorer.read("due:Oct 3").category == .neutral)
    }

    @Test func uncertaintyFollowsFromCoverage() {
        let none = scorer.read("The table stands beside the window.")
        #expect(none.uncertainty == 1)
        let one = scorer.read("The table stands beside the window, and I felt sad about that.")
        let more = scorer.read("I'm sad, lonely, miserable and hopeless.")
        #expect(more.uncertainty < one.uncertainty && one.uncertainty < 1)
        // Mixed feelings are less certain than one.
        #expect(
            scorer.read("sad furious terrified happy").uncertainty
                > scorer.read("sad lonely miserable unhappy").uncertainty)
    }

    @Test(arguments: [
        // Close: the likeliest category that goes with the valence.
        (
            "Hi. I'm not sure how this works. I've had a rough few weeks and a friend said talking to "
                + "someone might help.", EmotionCategory.sadness
        ),
        // Several unpleasant categories together, none of them close.
        ("good nice friend interesting sad terrified furious disgusting", .neutral),
    ])
    func theCategoryDoesNotContradictTheValence(_ text: String, _ wanted: EmotionCategory) {
        let reading = scorer.read(text)
        #expect(reading.valence < -0.05)
        #expect(reading.category == wanted)
        #expect(abs(reading.probabilities.values.reduce(0, +) - 1) < 1e-9)
        #expect(reading.probabilities.values.allSatisfy { (0...1).contains($0) })
    }

    @Test func facesAreInOneTable() {
        #expect(scorer.read("I'm so sad").emoji == "😢" || scorer.read("I'm so sad").emoji == "😔")
        for category in EmotionCategory.allCases {
            let face = EmotionFace.of(category, valence: 0, arousal: 0)
            #expect(!face.emoji.isEmpty && !face.label.isEmpty)
        }
    }

    @Test func aRegionHasItsLanguage() throws {
        #expect(try LexiconScorer(language: "en-GB").provenance == "lexicon/en/1")
    }

    @Test func anotherLanguageIsRefused() {
        for language in ["de", "", "../../etc/passwd", "en\0", String(repeating: "a", count: 999)] {
            #expect(throws: SimClientError.self) { _ = try LexiconScorer(language: language) }
        }
    }

    @Test func readingsOfAnyValuesAreWhole() {
        let reading = EmotionReading(
            valence: .infinity, arousal: -7,
            probabilities: [.fear: .nan, .anger: 1e308, .sadness: 1e308],
            uncertainty: .nan, provenance: "test")
        #expect(abs(reading.probabilities.values.reduce(0, +) - 1) < 1e-9)
        #expect(reading.arousal == -1 && reading.valence == 0 && reading.uncertainty == 0)
    }

    @Test func aModelsReadingIsTaken() async {
        let model = FakeLanguageModel([
            .json([
                "valence": -0.5, "arousal": 2, "uncertainty": 0.2,
                "probabilities": ["sadness": 3, "fear": 1],
            ]), .failure(.timeout),
        ])
        let scorer = ModelScorer(model: model)
        let reading = await scorer.score("I lost it.", history: [])
        #expect(reading.category == .sadness && reading.probabilities[.sadness] == 0.75)
        #expect(reading.arousal == 1 && reading.provenance == "model/fake")
        #expect(reading.exchange?.purpose == "emotion")
        let failed = await scorer.score("I lost it.", history: [])
        #expect(failed.uncertainty == 1 && failed.category == .neutral)
        #expect(failed.exchange?.failure?.code == .timeout)
    }

    @Test(arguments: [
        FakeLanguageModel.Answer.failure(.timeout), .text("It sounds sad."), .refusal,
        .json(["valence": "low"]),
    ])
    func theLexiconReadsWhereTheModelFails(_ answer: FakeLanguageModel.Answer) async {
        let asked = ModelScorer(model: FakeLanguageModel([answer]), otherwise: scorer)
        let reading = await asked.score("I feel so sad and lonely.", history: [])
        #expect(reading.provenance == "lexicon/en/1")
        #expect(reading.category == .sadness && reading.valence < 0 && reading.uncertainty < 1)
        // What failed is kept.
        #expect(reading.exchange?.purpose == "emotion")
        let plain = scorer.read("I feel so sad and lonely.")
        #expect(reading.probabilities == plain.probabilities && plain.exchange == nil)
    }
}
