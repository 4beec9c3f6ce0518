import Link
import Timebase

/// What a page tells of itself: round trips of its clock, and what it showed and who spoke.
struct ThinkAloudReport: Decodable, Sendable {
    /// A round trip, in milliseconds of the page's clock.
    struct Trip: Decodable, Sendable {
        var clientSentMs: Double
        /// Whole numbers; a page's readers may have rounded them to doubles.
        var receivedNs: Double
        var sentNs: Double
        var clientReceivedMs: Double

        enum CodingKeys: String, CodingKey {
            case clientSentMs = "client_sent_ms"
            case receivedNs = "received_ns"
            case sentNs = "sent_ns"
            case clientReceivedMs = "client_received_ms"
        }

        /// nil where it makes no sense.
        var observation: ClockObservation? {
            guard let sent = PageTime.nanoseconds(clientSentMs),
                let received = PageTime.nanoseconds(clientReceivedMs),
                let stationReceived = Int64(exactly: receivedNs.rounded()),
                let stationSent = Int64(exactly: sentNs.rounded())
            else { return nil }
            return ClockObservation(
                clientSentNs: sent, receivedNs: stationReceived, sentNs: stationSent,
                clientReceivedNs: received)
        }
    }

    var view: String
    var clientMs: Double?
    var items: [JSONValue]?
    var trips: [Trip]?

    enum CodingKeys: String, CodingKey {
        case view
        case clientMs = "client_ms"
        case items, trips
    }
}

/// Times of a page's clock.
enum PageTime {
    /// `performance.now()` as nanoseconds; nil for what it can never say.
    static func nanoseconds(_ milliseconds: Double) -> Int64? {
        guard milliseconds.isFinite, milliseconds.magnitude < 1e12 else { return nil }
        return Int64((milliseconds * 1e6).rounded())
    }
}
