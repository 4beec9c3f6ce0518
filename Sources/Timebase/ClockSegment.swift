/// A stretch of a stream over which one straight line carries sample index to time.
///
/// Sample indices are ordinals: the n-th stored sample of the stream, without holes. What was lost
/// is told by gap rows, and a segment never reaches across one.
public struct ClockSegment: Hashable, Sendable, Codable {
    /// Ordinal of the first sample the segment speaks of.
    public var firstIndex: Int64
    /// Ordinal of the last sample it speaks of (inclusive).
    public var lastIndex: Int64
    /// Time of the sample `firstIndex`.
    public var origin: Instant
    /// Nanoseconds from one sample to the next. 0 where `method` is `stamped`.
    public var period: Double
    /// 95% bound of the error of any time in this segment, in nanoseconds (one-sided half width).
    public var bound: Int64
    /// Name and version of the estimator, such as `least-delay/1`; `stamped` where each packet's
    /// stamp is the sample's time.
    public var method: String
    /// Deviation of the fitted from the nominal rate, in parts per million; nil where no rate is known.
    public var driftPPM: Double?
    /// Mean delay of arrivals behind the line, in nanoseconds.
    public var jitter: Int64

    public init(
        firstIndex: Int64, lastIndex: Int64, origin: Instant, period: Double, bound: Int64,
        method: String, driftPPM: Double? = nil, jitter: Int64 = 0
    ) {
        self.firstIndex = firstIndex
        self.lastIndex = lastIndex
        self.origin = origin
        self.period = period
        self.bound = bound
        self.method = method
        self.driftPPM = driftPPM
        self.jitter = jitter
    }

    /// Whether times come from the packets' stamps instead of the line.
    public var isStamped: Bool { method == Self.stampedMethod }
    /// The `method` of streams whose samples carry their own time.
    public static let stampedMethod = "stamped"

    /// Time of the sample with this ordinal, on the line.
    public func time(of index: Int64) -> Instant {
        let offset = (Double(index - firstIndex) * period).rounded()
        return origin + Int64(clamping: offset)
    }
}

extension Int64 {
    /// The nearest `Int64` to a number, saturating; 0 for a NaN.
    @inlinable public init(clamping value: Double) {
        if value.isNaN {
            self = 0
        } else if value >= 0x1p63 {
            self = .max
        } else if value < -0x1p63 {
            self = .min
        } else {
            self = Int64(value)
        }
    }
}
