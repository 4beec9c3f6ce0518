import HTTPTypes
import Link
import Timebase

/// One thing that a page reports, as it becomes an event of the commentary.
struct ThinkAloudItem: Hashable, Sendable {
    /// Counts the page's items from 1.
    var number: Int64
    var kind: String
    /// On the page's clock.
    var time: Instant
    var payload: JSONValue

    /// - Throws: `ConsoleRefusal` with what is wrong.
    init(_ value: JSONValue) throws {
        guard let number = value["n"]?.integer, number >= 1,
            let milliseconds = value["client_ms"]?.number,
            let time = PageTime.nanoseconds(milliseconds), let kind = value["kind"]?.string
        else { throw Self.refused("an item needs n, kind and client_ms") }
        self.number = number
        self.kind = kind
        self.time = Instant(nanoseconds: time)
        switch kind {
        case "view_position":
            guard let position = value["position_s"]?.number, position.isFinite,
                let rate = value["rate"]?.number, rate.isFinite,
                case .bool? = value["playing"]
            else { throw Self.refused("a view_position needs position_s, rate and playing") }
            payload = [
                "position_s": .real(position), "rate": .real(rate),
                "playing": value["playing"] ?? false,
            ]
        case "speech":
            let speaker = value["speaker"] ?? .null
            let isKnown =
                speaker == .null || ["participant", "researcher"].contains(speaker.string ?? "")
            let prompted = value["prompted"] ?? false
            guard isKnown, case .bool = prompted else {
                throw Self.refused(
                    "a speech needs speaker (participant, researcher or null) and prompted")
            }
            payload = ["speaker": speaker, "prompted": prompted]
        default: throw Self.refused("'\(kind)' is no kind of item")
        }
    }

    private static func refused(_ reason: String) -> ConsoleRefusal {
        ConsoleRefusal(.badRequest, "The report cannot be taken: \(reason).")
    }
}
