/// A principle that a model's reply broke.
public struct PrincipleFinding: Codable, Hashable, Sendable {
    /// What a reply of a simulated client keeps to.
    public enum Principle: String, Codable, Hashable, Sendable, CaseIterable {
        case length, role, advice, list, disclosure, healed, notice, language, repetition
        /// One that the persona's file states in words, judged by a model.
        case own
    }

    public var principle: Principle
    /// What was found, in words; also what the model is told when it is asked again.
    public var detail: String
    /// Which try broke it, from 1.
    public var attempt: Int

    public init(principle: Principle, detail: String, attempt: Int) {
        self.principle = principle
        self.detail = detail
        self.attempt = attempt
    }
}
