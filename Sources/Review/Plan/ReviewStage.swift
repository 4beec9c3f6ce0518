/// A stage of a rating: what has been said in one is locked before the next one shows more.
public enum ReviewStage: String, Codable, CaseIterable, Hashable, Sendable {
    /// The text of the conversation and nothing else.
    case transcript
    /// Also the Suggestions that the participant was shown, and the client's emotions.
    case context
}
