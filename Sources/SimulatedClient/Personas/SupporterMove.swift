/// What a message of the supporter does, as far as rules can tell.
public enum SupporterMove: String, Codable, Hashable, Sendable, CaseIterable {
    /// Asks whether the other side is a machine.
    case machineQuestion = "machine-question"
    /// Tries to give the other side instructions, as one does to a program.
    case instruction
    /// Asks about safety: self-harm, suicide.
    case safetyQuestion = "safety-question"
    case farewell
    /// Blames, or calls it wrong to feel or act so.
    case judgement
    /// Makes it smaller than it is, or cheers over it.
    case dismissal
    /// Insists on an answer.
    case pressure
    /// Tells what to do.
    case advice
    /// Gives back what was said or felt.
    case reflection
    /// Says that the feeling makes sense.
    case validation
    /// Names a strength or an effort.
    case affirmation
    case openQuestion = "open-question"
    case closedQuestion = "closed-question"
    case greeting
    case thanks
    /// Speaks of something that has nothing to do with the client.
    case offTopic = "off-topic"
    /// Nothing of all this.
    case other
}
