/// What a line of the scripted client is for: something that the supporter did, or what the client
/// does about it.
public enum Situation: String, Codable, Hashable, Sendable, CaseIterable {
    case machineQuestion = "machine-question"
    case instruction
    case safetyQuestion = "safety-question"
    case farewell, judgement, dismissal, pressure
    /// Advice that comes before there is trust.
    case earlyAdvice = "early-advice"
    case advice, reflection, validation, affirmation
    case openQuestion = "open-question"
    case closedQuestion = "closed-question"
    case greeting, thanks
    case offTopic = "off-topic"
    /// Asked for something that trust does not reach.
    case locked
    /// A short answer where a longer one was possible.
    case withheld
    /// Nothing else applies.
    case otherwise
}
