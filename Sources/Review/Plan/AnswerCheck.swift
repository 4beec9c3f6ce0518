/// Whether what a rater says fits the scheme, and what a stage still lacks.
public struct AnswerCheck: Sendable {
    /// A turn as far as it matters here.
    public struct Turn: Hashable, Sendable {
        public var number: Int64
        public var author: String
        /// UTF-16 code units.
        public var length: Int

        public init(number: Int64, author: String, length: Int) {
            self.number = number
            self.author = author
            self.length = length
        }
    }

    public let form: RatingForm
    public let stage: ReviewStage
    public let turns: [Turn]

    public init(form: RatingForm, stage: ReviewStage, turns: [Turn]) {
        self.form = form
        self.stage = stage
        self.turns = turns
    }

    /// What is wrong with an answer, in words; nil where nothing is. A value of nil takes it back.
    public func problem(
        item name: String, turn number: Int64?, value: Int?, rationale: String? = nil
    ) -> String? {
        guard let item = form.item(name), item.isAsked(in: stage) else {
            return "this is not asked here"
        }
        switch item.of {
        case .session where number != nil: return "this is asked of the whole session"
        case .session: break
        case .turn:
            guard let turn = turns.first(where: { $0.number == number }),
                item.isAsked(ofAuthor: turn.author)
            else { return "this is not asked of that turn" }
        }
        if let value, !item.scale.values.contains(value) {
            return "\(value) is not on the scale of '\(item.title)'"
        }
        if item.rationale == nil, let rationale, Self.says(rationale) {
            return "no reason is asked for '\(item.title)'"
        }
        return nil
    }

    /// What is wrong with a flag, in words; nil where nothing is. Positions are UTF-16 code units.
    public func problem(flag name: String, turn number: Int64, from start: Int, to end: Int)
        -> String?
    {
        guard let flag = form.flag(name), flag.isUsed(in: stage) else {
            return "there is no such flag here"
        }
        guard let turn = turns.first(where: { $0.number == number }),
            (flag.author ?? .participant).includes(turn.author)
        else { return "'\(flag.title)' is not for that turn" }
        guard start >= 0, start < end, end <= turn.length else {
            return "the flag is outside of the turn's text"
        }
        return nil
    }

    /// Whether a reason has any words.
    private static func says(_ rationale: String) -> Bool {
        !rationale.allSatisfy(\.isWhitespace)
    }

    /// An answer that is there.
    public struct Given: Hashable, Sendable {
        public var item: String
        public var turn: Int64?

        public init(item: String, turn: Int64?) {
            self.item = item
            self.turn = turn
        }
    }

    /// Whether an answer still lacks the reason that its item asks for.
    public func isUnexplained(item name: String, rationale: String) -> Bool {
        form.item(name)?.rationale == .required && !Self.says(rationale)
    }

    /// Whether a flag still lacks the reason that it asks for.
    public func isUnexplained(flag name: String, rationale: String) -> Bool {
        form.flag(name)?.needsRationale ?? false && !Self.says(rationale)
    }

    /// All that is asked in this stage.
    public var asked: [(item: RatingItem, turn: Int64?)] {
        form.ratings.filter { $0.isAsked(in: stage) }.flatMap { item in
            item.of == .session
                ? [(item, Int64?.none)]
                : turns.filter { item.isAsked(ofAuthor: $0.author) }.map { (item, $0.number) }
        }
    }

    /// What has to be answered before the stage can be locked.
    public func lacking(_ given: Set<Given>) -> [Given] {
        asked.filter { $0.item.isRequired }.map { Given(item: $0.item.name, turn: $0.turn) }
            .filter { !given.contains($0) }
    }
}
