/// How the client's replies come to the page.
public struct ReplyPlan: Hashable, Sendable {
    /// How a reply is painted.
    public enum Paint: String, Hashable, Sendable, Codable, CaseIterable {
        /// At once: a reply then has one onset.
        case whole
        /// As it is written by the model.
        case streamed
    }

    /// Where the time between a message and its reply comes from.
    public enum Delay: String, Hashable, Sendable, Codable, CaseIterable {
        /// The persona's pace of reading and typing.
        case persona
        /// The same time for each reply, which matches conditions with each other.
        case fixed
        /// None beyond what the client needs.
        case none
    }

    public var paint: Paint
    public var delay: Delay
    /// The time of a fixed delay, in milliseconds.
    public var milliseconds: Int

    public init(paint: Paint = .whole, delay: Delay = .persona, milliseconds: Int = 4000) {
        self.paint = paint
        self.delay = delay
        self.milliseconds = milliseconds
    }
}
