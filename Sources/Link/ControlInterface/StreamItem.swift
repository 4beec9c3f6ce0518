/// A piece of a stream as it came. For samples: the ordinal of the first one, their number, the
/// time of the first and the distance to the next (0 where each has a time of its own and only
/// one is sent), the 95% bound of these times, and the physical values as base64 of little-
/// endian doubles, sample by sample, each with all its channels. For events: time_ns and event.
/// missed counts the pieces of this stream that were dropped before this one because the
/// subscriber was slow. arrival_ns is when the bytes that made the piece reached the station.
public struct StreamItem: Codable, Hashable, Sendable {
    public var stream: String
    public var kind: StreamItemKind
    public var firstIndex: Int64
    public var count: Int
    public var timeNs: Int64
    public var periodNs: Double
    public var boundNs: Int64
    public var channels: [String]
    public var values: String
    public var event: JSONValue?
    public var missed: Int
    public var arrivalNs: Int64?

    public init(
        stream: String, kind: StreamItemKind, firstIndex: Int64, count: Int, timeNs: Int64,
        periodNs: Double, boundNs: Int64, channels: [String], values: String,
        event: JSONValue? = nil, missed: Int, arrivalNs: Int64? = nil
    ) {
        self.stream = stream
        self.kind = kind
        self.firstIndex = firstIndex
        self.count = count
        self.timeNs = timeNs
        self.periodNs = periodNs
        self.boundNs = boundNs
        self.channels = channels
        self.values = values
        self.event = event
        self.missed = missed
        self.arrivalNs = arrivalNs
    }
}
