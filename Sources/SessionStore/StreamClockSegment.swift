import Timebase

/// A clock segment of one stream. Storing one with the same first index replaces the earlier one.
public struct StreamClockSegment: Hashable, Sendable {
    public var stream: Int64
    public var segment: ClockSegment

    public init(stream: Int64, segment: ClockSegment) {
        self.stream = stream
        self.segment = segment
    }
}
