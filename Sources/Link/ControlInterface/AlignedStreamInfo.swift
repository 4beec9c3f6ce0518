/// What a new alignment changed in a stream; see the interface.
public struct AlignedStreamInfo: Codable, Hashable, Sendable {
    public var name: String
    public var samples: Int64
    public var segments: Int
    public var gaps: Int
    public var lost: Int64
    public var resets: Int
    public var faults: Int
    /// The largest 95% bound of its times before and now.
    public var oldBoundMs: Double?
    public var newBoundMs: Double?
    /// By how much a time changed at most.
    public var largestShiftMs: Double
    /// Why the stream keeps the times that it had; nil where it does not.
    public var refusal: String?

    public init(
        name: String, samples: Int64, segments: Int, gaps: Int, lost: Int64, resets: Int,
        faults: Int, oldBoundMs: Double?, newBoundMs: Double?, largestShiftMs: Double,
        refusal: String?
    ) {
        self.name = name
        self.samples = samples
        self.segments = segments
        self.gaps = gaps
        self.lost = lost
        self.resets = resets
        self.faults = faults
        self.oldBoundMs = oldBoundMs
        self.newBoundMs = newBoundMs
        self.largestShiftMs = largestShiftMs
        self.refusal = refusal
    }
}
