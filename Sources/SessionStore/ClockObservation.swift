import Timebase

/// One raw reading that relates another clock to the station's, kept so that alignment can be
/// computed again.
public struct ClockObservation: Hashable, Sendable {
    /// The stream or the linked client whose clock it is; one of the two.
    public var stream: Int64?
    public var client: String?
    /// Ordinal of the sample it speaks of; nil for a reading of the clock itself.
    public var index: Int64?
    /// What the other clock said, in its own unit.
    public var deviceTime: Int64?
    /// When the reading was asked for, on the station's clock; nil where nobody asked.
    public var sent: Instant?
    /// When it arrived.
    public var arrival: Instant

    public init(
        stream: Int64? = nil, client: String? = nil, index: Int64? = nil,
        deviceTime: Int64? = nil, sent: Instant? = nil, arrival: Instant
    ) {
        self.stream = stream
        self.client = client
        self.index = index
        self.deviceTime = deviceTime
        self.sent = sent
        self.arrival = arrival
    }
}
