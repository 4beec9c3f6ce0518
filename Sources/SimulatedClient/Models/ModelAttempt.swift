/// One try of a request, on the station's clock.
public struct ModelAttempt: Codable, Hashable, Sendable {
    /// When the request was handed to the network: nanoseconds of CLOCK_MONOTONIC.
    public var sentNs: Int64
    /// When the piece with the first text of the answer arrived.
    public var firstTokenNs: Int64?
    /// When it had ended, well or not.
    public var finishedNs: Int64
    /// The HTTP status; nil where no answer came.
    public var status: Int?
    public var failure: ModelFailure?
    /// What was left out of the request from then on because the server did not accept it, such as
    /// `stream_options`.
    public var leftOut: String?

    public init(
        sentNs: Int64, firstTokenNs: Int64? = nil, finishedNs: Int64, status: Int? = nil,
        failure: ModelFailure? = nil, leftOut: String? = nil
    ) {
        self.sentNs = sentNs
        self.firstTokenNs = firstTokenNs
        self.finishedNs = finishedNs
        self.status = status
        self.failure = failure
        self.leftOut = leftOut
    }

    /// Nanoseconds from the request to its end.
    public var latencyNs: Int64 { finishedNs - sentNs }
}
