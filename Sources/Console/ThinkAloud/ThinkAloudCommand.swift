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

    /// What the participant's view shows and what not, as it may be kept.
    static func checked(shows: [String: JSONValue]) throws(ConsoleRefusal) -> [String: JSONValue] {
        guard shows.count <= 32,
            shows.allSatisfy({ $0.key.utf8.count <= 64 && $0.value.isBool })
        else { throw ConsoleRefusal(.badRequest, "'shows' has to be an object of booleans.") }
        return shows
    }

    enum CodingKeys: String, CodingKey {
        case view, by, action
        case positionS = "position_s"
        case rate, cue, text, shows
        case atNs = "at_ns"
    }
}

extension JSONValue {
    /// Whether this is a truth value.
    fileprivate var isBool: Bool { if case .bool = self { true } else { false } }
}
