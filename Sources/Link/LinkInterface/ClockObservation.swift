/// One round trip between client and station: sent and received by the client on its clock,
/// received and sent by the station on CLOCK_MONOTONIC.
public struct ClockObservation: Codable, Hashable, Sendable {
    public var clientSentNs: Int64
    public var receivedNs: Int64
    public var sentNs: Int64
    public var clientReceivedNs: Int64

    public init(clientSentNs: Int64, receivedNs: Int64, sentNs: Int64, clientReceivedNs: Int64) {
        self.clientSentNs = clientSentNs
        self.receivedNs = receivedNs
        self.sentNs = sentNs
        self.clientReceivedNs = clientReceivedNs
    }
}
