import Link

/// What a view asks for.
struct ThinkAloudCommand: Decodable, Sendable {
    enum Action: String, Decodable, Sendable {
        case play, pause, seek, rate, cue, prompt, show, note
    }

    var view: String
    var by: String?
    var action: Action
    var positionS: Double?
    var rate: Double?
    var cue: String?
    var text: String?
    var shows: [String: JSONValue]?
    /// When a note or a question was begun, CLOCK_MONOTONIC in nanoseconds.
    var atNs: Double?

    enum CodingKeys: String, CodingKey {
        case view, by, action
        case positionS = "position_s"
        case rate, cue, text, shows
        case atNs = "at_ns"
    }
}
