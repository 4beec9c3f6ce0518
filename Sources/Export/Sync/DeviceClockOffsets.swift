import Timebase

/// Where a device's own clock stands against the station's, by readings of both.
public struct DeviceClockOffsets: Hashable, Sendable {
    /// Station less device in nanoseconds, in the middle of the readings after the last reset; nil where
    /// there are none.
    public var offset: Int64?
    /// How much faster the device's clock runs, in parts per million, over the longest stretch without a
    /// reset; nil where that is shorter than ten seconds.
    public var driftPPM: Double?
    /// Readings from which on the device's clock counts from somewhere else.
    public var resets: [Instant] = []
    /// Single readings that neither those before nor those after them agree with.
    public var strays = 0

    /// A clock that departs by more than this between two readings was set.
    static let tolerance: Int64 = 500_000_000
    /// Nothing that ticks is off by more (parts per million).
    static let slackPPM: Int64 = 1000

    /// - Parameter readings: in order; `time` is the station's for the moment of `device`.
    public init(_ readings: [(time: Instant, device: Int64)]) {
        var stretches: [[(time: Instant, offset: Int64)]] = []
        var suspect: (time: Instant, offset: Int64)?
        for reading in readings {
            let current = (time: reading.time, offset: reading.time.nanoseconds &- reading.device)
            guard let last = stretches.last?.last else {
                stretches.append([current])
                continue
            }
            if Self.agree(last, current) {
                if suspect != nil { strays += 1 }
                suspect = nil
                stretches[stretches.count - 1].append(current)
            } else if let other = suspect, Self.agree(other, current) {
                resets.append(other.time)
                stretches.append([other, current])
                suspect = nil
            } else {
                if suspect != nil { strays += 1 }
                suspect = current
            }
        }
        // The last reading of all has none after it that could tell.
        if suspect != nil { strays += 1 }
        guard let last = stretches.last else { return }
        offset = last.map(\.offset).sorted()[last.count / 2]
        let longest = stretches.max { Self.length($0) < Self.length($1) } ?? last
        if Self.length(longest) >= 10_000_000_000 {
            driftPPM = LineFit(
                longest.map {
                    (Double($0.time - longest[0].time), Double($0.offset &- longest[0].offset))
                }
            ).map { -$0.slope * 1e6 }
        }
    }

    private static func length(_ stretch: [(time: Instant, offset: Int64)]) -> Int64 {
        guard let first = stretch.first, let last = stretch.last else { return 0 }
        return last.time - first.time
    }

    private static func agree(
        _ one: (time: Instant, offset: Int64), _ other: (time: Instant, offset: Int64)
    ) -> Bool {
        let (difference, overflow) = other.offset.subtractingReportingOverflow(one.offset)
        let elapsed = (other.time - one.time).magnitude
        let allowed = UInt64(tolerance) + elapsed / 1_000_000 * UInt64(slackPPM)
        return !overflow && difference.magnitude <= allowed
    }
}

/// The straight line of least squares.
struct LineFit {
    var slope: Double
    var intercept: Double

    /// nil for fewer than two different abscissas.
    init?(_ points: [(Double, Double)]) {
        guard points.count >= 2 else { return nil }
        let count = Double(points.count)
        let meanX = points.reduce(0) { $0 + $1.0 } / count
        let meanY = points.reduce(0) { $0 + $1.1 } / count
        var spread = 0.0
        var common = 0.0
        for (x, y) in points {
            spread += (x - meanX) * (x - meanX)
            common += (x - meanX) * (y - meanY)
        }
        guard spread > 0 else { return nil }
        slope = common / spread
        intercept = meanY - slope * meanX
    }
}
