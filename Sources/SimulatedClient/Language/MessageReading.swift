/// What a message of the supporter does and is about, as far as rules can tell.
public struct MessageReading: Hashable, Sendable {
    /// In the order of `SupporterMove`; never empty.
    public var moves: [SupporterMove]
    /// The persona's topics that it touches, in the persona's order.
    public var topics: [String]
    public var words: Int

    func does(_ move: SupporterMove) -> Bool { moves.contains(move) }

    func does(anyOf wanted: Set<SupporterMove>) -> Bool { moves.contains { wanted.contains($0) } }

    /// Whether it asks something.
    var asks: Bool { does(anyOf: [.openQuestion, .closedQuestion]) }

    /// Whether it shows that the supporter listened.
    var listens: Bool { does(anyOf: [.reflection, .validation, .affirmation]) }

    /// Whether it hurts.
    var hurts: Bool { does(anyOf: [.judgement, .dismissal, .pressure]) }
}
