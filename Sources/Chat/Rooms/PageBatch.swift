import Link
import Timebase

/// What a page hands in at once: events in the order of their sequences, and round trips of its clock.
///
/// Comes from outside: read strictly, with a reason for each refusal. What an event means is looked at
/// later, for a page whose one event makes no sense has others that do.
struct PageBatch: Sendable {
    /// One event of a page.
    struct Event: Hashable, Sendable {
        /// From 1 without holes, for each load of the page.
        var sequence: Int64
        /// Nanoseconds of the page's clock.
        var timeNs: Int64
        var kind: String
        /// An object.
        var payload: JSONValue
    }

    /// Random, for each load of the page.
    var page: String
    var version: String
    var events: [Event]
    var trips: [ClockObservation]

    static let mostEvents = 1000
    static let mostTrips = 256
    /// Text fields of an event are bounded by the body's size; this is for names.
    static let longestName = 64

    /// - Throws: `PageRefusal` with status 400 and words for the page's author.
    init(_ body: ArraySlice<UInt8>) throws(PageRefusal) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: body, limits: JSONLimits(depth: 16, values: 100_000))
        } catch {
            throw PageRefusal(.badRequest, "the body is no JSON: \(error)")
        }
        guard let page = value["page"]?.string, Self.isName(page) else {
            throw PageRefusal(
                .badRequest, "page has to be 8 to 64 letters, digits, '-' or '_'")
        }
        self.page = page
        version = String((value["version"]?.string ?? "").prefix(Self.longestName))
        events = try Self.events(value["events"])
        trips = try Self.trips(value["trips"])
    }

    private static func isName(_ text: String) -> Bool {
        (8...longestName).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39
                    || $0 == 0x2D || $0 == 0x5F
            }
    }

    private static func isKind(_ text: String) -> Bool {
        (1...longestName).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0 >= 0x61 && $0 <= 0x7A || $0 == 0x5F || $0 == 0x2D }
    }

    private static func events(_ value: JSONValue?) throws(PageRefusal) -> [Event] {
        guard let value, value != .null else { return [] }
        guard let items = value.array, items.count <= mostEvents else {
            throw PageRefusal(.badRequest, "events has to be a list of at most \(mostEvents)")
        }
        var events: [Event] = []
        for item in items {
            guard let sequence = item["sequence"]?.integer, sequence >= 1,
                let time = item["time_ns"]?.integer, time.magnitude < 1 << 62,
                let kind = item["kind"]?.string, isKind(kind)
            else {
                throw PageRefusal(
                    .badRequest, "an event needs sequence (from 1), time_ns and kind")
            }
            let payload = item["payload"] ?? .object([:])
            guard case .object = payload else {
                throw PageRefusal(.badRequest, "the payload of event \(sequence) is no object")
            }
            if let last = events.last, sequence <= last.sequence {
                throw PageRefusal(.badRequest, "the events' sequences do not rise")
            }
            events.append(
                Event(sequence: sequence, timeNs: time, kind: kind, payload: payload))
        }
        return events
    }

    private static func trips(_ value: JSONValue?) throws(PageRefusal) -> [ClockObservation] {
        guard let value, value != .null else { return [] }
        guard let items = value.array, items.count <= mostTrips else {
            throw PageRefusal(.badRequest, "trips has to be a list of at most \(mostTrips)")
        }
        var trips: [ClockObservation] = []
        for item in items {
            guard let trip = try? item.decode(ClockObservation.self) else {
                throw PageRefusal(
                    .badRequest,
                    "a trip needs client_sent_ns, received_ns, sent_ns and client_received_ns")
            }
            trips.append(trip)
        }
        return trips
    }
}

extension ClockObservation {
    /// Whether it can have happened on this machine: the daemon would refuse the whole client for one
    /// that cannot.
    func isPossible(now: Instant) -> Bool {
        RoundTrip(
            clientSent: clientSentNs, received: Instant(nanoseconds: receivedNs),
            sent: Instant(nanoseconds: sentNs), clientReceived: clientReceivedNs
        ).isPossible && sentNs <= now.nanoseconds && receivedNs > 0
    }
}
