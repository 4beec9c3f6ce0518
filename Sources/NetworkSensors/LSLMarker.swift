import Link

/// The text of what happens in a session, for other programs: what it is and its name, and nothing that a
/// participant wrote, since whoever is on the network can read it.
public enum LSLMarker {
    public static func phase(_ name: String) -> String { "phase \(name)" }

    /// - Parameters:
    ///   - author: `participant` or `client`.
    ///   - number: of the turn in its session, from 1; nil where it is not known yet.
    public static func turn(_ author: String, number: Int64?) -> String {
        number.map { "turn \(author) \($0)" } ?? "turn \(author)"
    }

    public static func mark(_ label: String) -> String { "mark \(label)" }

    /// An event of the session itself, by its kind; nil for those that are not told.
    public static func event(_ kind: String) -> String? { told.contains(kind) ? kind : nil }

    private static let told: Set = ["paused", "resumed", "sleep", "clock_step"]

    /// The label of a mark's payload.
    public static func label(_ payload: JSONValue) -> String? { payload["label"]?.string }

    /// The text of an event as a subscriber gets it; nil for those that are not told.
    static func text(_ item: StreamItem) -> String? {
        guard item.kind == .event, let event = item.event else { return nil }
        guard let kind = event["kind"]?.string else {
            // A mark comes bare; keys come with their stream, and are nobody's business.
            return item.stream.isEmpty ? label(event).map(mark) : nil
        }
        let payload = event["payload"]
        switch kind {
        case "phase": return payload?["phase"]?.string.map(phase)
        case "turn":
            return payload?["author"]?.string.map {
                turn($0, number: payload?["number"]?.integer)
            }
        default: return LSLMarker.event(kind)
        }
    }
}
