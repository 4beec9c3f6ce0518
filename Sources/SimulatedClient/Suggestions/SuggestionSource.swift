/// Makes the Suggestions that follow a message of the client.
public protocol SuggestionSource: Sendable {
    /// The Suggestions for the last message of the client in the conversation.
    ///
    /// Asking again for the same length of the conversation gives the same set.
    ///
    /// - Parameters:
    ///   - history: the whole conversation so far, the client's last message included.
    ///   - state: the client's inner state, where it is known.
    ///   - emotion: what that message was read as, where it was.
    func suggestions(
        history: [ConversationLine], state: PersonaState?, emotion: EmotionReading?
    ) async -> SuggestionSet
}
