import Link

/// Something that was done with a replay: a line of the room's journal, and an event of the commentary.
struct ThinkAloudEvent: Codable, Hashable, Sendable {
    /// Counts the room's events from 1.
    var number: Int64
    var kind: String
    /// CLOCK_MONOTONIC.
    var timeNs: Int64
    var payload: JSONValue
}
