/// The other side of the conversation.
public protocol ChatPartner {
    /// What it says before anyone else has; nil where it waits.
    func opening() -> ChatReply?
    /// What it answers.
    /// - Parameter turn: the participant's turns so far, from 1.
    func reply(to text: String, turn: Int) -> ChatReply
}
