/// What a new alignment changed in a stream.
public struct AlignedStream: Hashable, Sendable {
    public var stream: Int64
    public var name: String
    public var samples: Int64 = 0
    public var segments = 0
    public var gaps = 0
    /// Samples that are missing in all gaps.
    public var lost: Int64 = 0
    /// Where the device's clock or count began anew.
    public var resets = 0
    /// Device times that were found wrong and not used.
    public var faults = 0
    /// The largest 95% bound of its times before and now, in nanoseconds; nil where there was none.
    public var oldBound: Int64?
    public var newBound: Int64?
    /// By how many nanoseconds a time changed at most.
    public var largestShift: Int64 = 0
    /// Why the new alignment was not taken and the times stay as they were; nil where it was.
    public var refusal: String?

    public init(stream: Int64, name: String) {
        self.stream = stream
        self.name = name
    }
}
