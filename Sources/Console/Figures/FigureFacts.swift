import Link
import SessionStore
import StudyProtocol
import Timebase

/// What the figures need of one session, apart from its signals.
struct FigureFacts: Sendable {
    struct Message: Hashable, Sendable {
        var turn: Int64
        var words: Int
    }

    struct Use: Hashable, Sendable {
        var turn: Int64
        /// As in Protocols/formats/provenance.md.
        var kind: String
    }

    struct Emotion: Hashable, Sendable {
        var turn: Int64
        /// Which of the client's turns it is, from 1.
        var place: Int
        var valence: Double?
        var arousal: Double?
        var isCorrected: Bool
    }

    /// A rating on a scale of points that the session's protocol asks for.
    struct Item: Hashable, Sendable {
        var questionnaire: String
        var name: String
        var text: String
        var points: Int
        /// Words at the two ends.
        var low: String
        var high: String
    }

    let id: String
    let participant: String
    /// In which version it was read.
    let source: FigureSources.Source
    private(set) var messages: [Message] = []
    private(set) var uses: [Use] = []
    /// Uses of Suggestions that were not on the page, which say nothing of adoption.
    private(set) var unshown = 0
    private(set) var emotions: [Emotion] = []
    private(set) var items: [Item] = []
    /// By questionnaire and item.
    private(set) var answers: [String: Double] = [:]
    /// When each of the client's turns stood on the participant's screen.
    private(set) var clientTurns: [Instant] = []

    /// Reads it; waits for the disk.
    init(_ session: PlaybackSession, _ reader: SessionReader) throws {
        id = session.row.description.identifier
        participant = session.row.description.participant
        let corrections =
            session.opened.listed.hasReview && session.opened.listed.isFinished
            ? try SessionReview(path: session.opened.path).emotionCorrections() : []
        source = FigureSources.Source(
            session: id, participant: participant, alignment: reader.alignment?.id ?? 0,
            corrections: session.corrections.version, emotionCorrections: corrections.count,
            withheld: session.consent.refused.map(\.rawValue).sorted())
        let turns = try reader.turns()
        let client = turns.filter { $0.author == "client" }
        clientTurns = client.map { $0.shown ?? $0.sent }
        if session.consent.shows(.turns) {
            messages = turns.filter { $0.author == "participant" }.map {
                Message(turn: $0.number ?? 0, words: Self.words(in: $0.text))
            }
        }
        var places: [Int64: Int] = [:]
        for (index, turn) in client.enumerated() { places[turn.number ?? 0] = index + 1 }
        let newest = Dictionary(
            corrections.map { ($0.turn, $0) }, uniquingKeysWith: { _, last in last })
        for event in try reader.events(of: ["provenance", "emotion", "answers"]) {
            guard let payload = try? JSONValue(parsing: event.payload) else { continue }
            switch event.kind {
            case "provenance": addUse(payload)
            case "emotion": addEmotion(payload, places, newest)
            default: addAnswers(payload)
            }
        }
        items = Self.items(session.row.description.protocolText)
    }

    /// Runs of characters without white space that hold a letter or a digit.
    static func words(in text: String) -> Int {
        text.split(whereSeparator: \.isWhitespace)
            .filter { $0.contains { $0.isLetter || $0.isNumber } }.count
    }

    private mutating func addUse(_ payload: JSONValue) {
        guard let turn = payload["turn"]?.integer, let kind = payload["class"]?.string else {
            return
        }
        guard payload["shown"] != false else {
            unshown += 1
            return
        }
        uses.append(Use(turn: turn, kind: kind))
    }

    private mutating func addEmotion(
        _ payload: JSONValue, _ places: [Int64: Int], _ corrections: [Int64: EmotionCorrection]
    ) {
        guard payload["which"]?.string == "scored", let turn = payload["turn"]?.integer,
            let place = places[turn]
        else { return }
        let correction = corrections[turn]
        let emotion = Emotion(
            turn: turn, place: place, valence: correction?.valence ?? payload["valence"]?.number,
            arousal: correction?.arousal ?? payload["arousal"]?.number,
            isCorrected: correction?.valence != nil || correction?.arousal != nil)
        // A turn that was scored again counts once, as it was scored last.
        emotions.removeAll { $0.turn == turn }
        emotions.append(emotion)
    }

    private mutating func addAnswers(_ payload: JSONValue) {
        guard let questionnaire = payload["questionnaire"]?.string,
            case .object(let given)? = payload["answers"]
        else { return }
        for (item, answer) in given {
            // What was taken back is missing.
            answers["\(questionnaire)/\(item)"] = answer.number
        }
    }

    private static func items(_ protocolText: String) -> [Item] {
        guard !protocolText.isEmpty,
            let plan = try? StudyPlan.read(protocolText, file: "protocol")
        else { return [] }
        return plan.questionnaires.flatMap { questionnaire in
            questionnaire.items.compactMap { item -> Item? in
                guard item.kind == .likert, let points = item.points, (2...11).contains(points)
                else { return nil }
                func word(_ value: Int) -> String {
                    item.labels.first { $0.value == Double(value) }?.text ?? ""
                }
                return Item(
                    questionnaire: questionnaire.name, name: item.name, text: item.text,
                    points: points, low: word(1), high: word(points))
            }
        }
    }
}
