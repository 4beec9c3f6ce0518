/// What the simulated client answers, and how it came to it.
public struct SimReply: Codable, Hashable, Sendable {
    /// The reply; empty where the session is to pause instead.
    public var text: String
    /// Milliseconds from the message's arrival to the moment when the reply is shown: reading,
    /// thinking and typing. Time that a model took counts towards it.
    public var delayMilliseconds: Int
    /// The inner state after it.
    public var state: PersonaState
    /// What the persona was to feel in it.
    public var intended: EmotionReading
    /// What a model said that it expresses; nil where it said nothing, or no model wrote the reply.
    public var expressed: EmotionReading?
    /// What made it: `scripted/NAME/VERSION` or `model/MODEL/NAME/VERSION`.
    public var source: String
    /// How it stands to what the supporter did.
    public var stance: ReplyStance
    /// The requests to the model, in their order.
    public var exchanges: [ModelExchange]
    /// The principles that the model's tries broke.
    public var principles: [PrincipleFinding]
    /// Why it is not the model's reply, in words; nil where nothing failed.
    public var fallback: String?
    /// Why the session is to pause, in words for the operator; nil where it goes on.
    public var pause: String?
}
