/// Something that answers requests in words: a model behind an endpoint, or one made up for tests.
public protocol LanguageModel: Sendable {
    /// Which model this is.
    var description: ModelDescription { get }

    /// Runs one request to its end and tells all about it, failures too. Cancelling the task cancels
    /// the transfer; the exchange then has the failure `cancelled`.
    ///
    /// - Parameter onDelta: gets the answer's text piece by piece as it arrives, in order and never
    ///   from two threads at once. Once a piece was given the request is not tried again.
    func run(_ request: ModelRequest, onDelta: (@Sendable (String) -> Void)?) async -> ModelExchange
}

extension LanguageModel {
    /// Runs one request whose answer is wanted whole.
    public func run(_ request: ModelRequest) async -> ModelExchange {
        await run(request, onDelta: nil)
    }
}
