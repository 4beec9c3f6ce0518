import Timebase

/// A change of the session's state, stored with the batch that brings it.
public struct SessionStateChange: Hashable, Sendable {
    public var state: SessionState
    /// When, on the station's clock; becomes `stopped_ns` for any state but `recording`.
    public var at: Instant
    /// What came of the session, such as `completed`; nil leaves it as it was.
    public var outcome: String?
    /// Why, in the operator's or the daemon's words; nil leaves it as it was.
    public var reason: String?

    public init(
        state: SessionState, at: Instant, outcome: String? = nil, reason: String? = nil
    ) {
        self.state = state
        self.at = at
        self.outcome = outcome
        self.reason = reason
    }
}
