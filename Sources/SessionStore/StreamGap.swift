import Timebase

/// A gap of one stream.
public struct StreamGap: Hashable, Sendable {
    public var stream: Int64
    public var gap: Gap

    public init(stream: Int64, gap: Gap) {
        self.stream = stream
        self.gap = gap
    }
}
