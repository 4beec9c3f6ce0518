/// One question and answer between a client with a clock of its own and the station.
///
/// The station's clock is ahead of the client's by at least `sent - clientReceived` and at most
/// `received - clientSent`, because nothing arrives before it was sent. The two are apart by what the
/// network took both ways, and how that is shared between there and back, nobody can see.
public struct RoundTrip: Hashable, Sendable {
    /// When the client asked, on its clock, in nanoseconds.
    public var clientSent: Int64
    /// When the station got the question and answered it, on CLOCK_MONOTONIC.
    public var received: Instant
    public var sent: Instant
    /// When the client had the answer, on its clock.
    public var clientReceived: Int64

    public init(clientSent: Int64, received: Instant, sent: Instant, clientReceived: Int64) {
        self.clientSent = clientSent
        self.received = received
        self.sent = sent
        self.clientReceived = clientReceived
    }

    /// What the network took, there and back, in nanoseconds. Below zero where the readings contradict
    /// each other, by more than the clocks' resolution: a damaged or forged report.
    public var delay: Int64 {
        (clientReceived &- clientSent) &- (sent - received)
    }

    /// Whether such a trip can have happened: in order on both clocks, and within a minute.
    public var isPossible: Bool {
        let (there, overflow) = clientReceived.subtractingReportingOverflow(clientSent)
        return !overflow && there >= 0 && there < 60_000_000_000 && sent >= received
            && clientSent.magnitude < 1 << 62 && delay > -200_000_000
    }
}
