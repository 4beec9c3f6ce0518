import Link

/// A reply that is composed and waits for its moment.
struct PendingReply: Codable, Hashable, Sendable {
    /// The last turn it answers; 0 for an opening.
    var answers: Int
    var text: String
    /// What composed it, such as `scripted/distressed-client/2`.
    var source: String
    /// When it is handed out, on the station's clock.
    var dueNs: Int64
    /// When the typing indicator began.
    var composedFromNs: Int64
    /// What the page shows of the feeling behind it, and a point of the series; nil without.
    var emotion: JSONValue?
    var series: JSONValue?
    /// The suggestions that come after it.
    var suggestions: SuggestionsOffer?
}
