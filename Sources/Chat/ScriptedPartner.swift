import SimulatedClient
import StudyProtocol

/// The simulated client that answers from a script, as the other side of a conversation. Used by
/// one thread.
public final class ScriptedPartner: ChatPartner {
    private var client: ScriptedClient

    /// What it is, honestly: such as `scripted/distressed-client/1`.
    public var name: String { client.name }

    public init(_ script: ChatScript) { client = ScriptedClient(script) }

    public func opening() -> ChatReply? { client.opening.map(ChatReply.init) }

    public func reply(to text: String, turn: Int) -> ChatReply {
        ChatReply(client.reply(to: text, turn: turn))
    }
}

extension ChatReply {
    init(_ reply: ScriptedClient.Reply) {
        self.init(text: reply.text, delayMilliseconds: reply.delayMilliseconds)
    }
}
