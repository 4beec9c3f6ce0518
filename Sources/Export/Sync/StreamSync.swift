import Timebase

/// How well one stream of a session is in sync: what `attune sync` says of it.
///
/// All times are in nanoseconds of the station's clock.
public struct StreamSync: Sendable {
    /// Where a stream's times come from, as far as it matters for judging them.
    public enum Source: String, Hashable, Sendable {
        /// Samples of a device.
        case samples
        /// Key presses, stamped by the kernel.
        case keys
        /// What a linked client or the station noticed.
        case events
    }

    public var name: String
    public var source: Source
    /// The session file's word for the clock; `own` for a client that was mapped by round trips.
    public var clock: String
    /// Samples, presses or events.
    public var count: Int64 = 0
    /// Station less own clock, in the middle of the recording; nil where the stream has no clock of its
    /// own that was read.
    public var offset: Int64?
    /// Parts per million; positive where the stream's clock runs fast.
    public var driftPPM: Double?
    /// Lateness of arrivals behind the aligned times, less the typical delay: mean and 95th percentile.
    public var jitterMean: Int64?
    public var jitter95: Int64?
    /// From the event in the world to its arrival, and 95% of that number's error.
    public var delay: Int64 = 0
    public var delayUncertainty: Int64 = 0
    /// Whether a device profile tells the delay.
    public var hasProfile = false
    /// Shortest and median round trip, where the clock was read by round trips.
    public var roundTripLeast: Int64?
    public var roundTripMedian: Int64?
    public var gaps: [Gap] = []
    /// Moments from which on the device's clock, or its count, began anew.
    public var resets: [Instant] = []
    /// Readings of the device's clock that do not fit the others.
    public var strays = 0
    /// Over all samples or events.
    public var boundMedian: Int64?
    public var boundWorst: Int64?
    /// Arrivals that came before their aligned time by more than the bound: no sample arrives before it
    /// is taken, so that these contradict the alignment.
    public var early: Int64 = 0
    /// How many arrivals were compared.
    public var arrivals: Int64 = 0
    /// Residuals for drawing; nil where there are none.
    public var residuals: ResidualBins?
    /// From when on which bound holds, for drawing.
    public var boundSteps: [(time: Instant, bound: Int64)] = []

    public init(name: String, source: Source, clock: String) {
        self.name = name
        self.source = source
        self.clock = clock
    }

    /// How many samples are missing, as far as that is known.
    public var lost: Int64 { gaps.reduce(0) { $0 &+ $1.lost } }
    /// Largest error of `lost`; nil where nobody can know.
    public var lostBound: Int64? {
        var sum: Int64 = 0
        for gap in gaps {
            let (next, overflow) = sum.addingReportingOverflow(gap.lostBound)
            if overflow || gap.lostBound == .max { return nil }
            sum = next
        }
        return sum
    }
    public var verdict: SyncVerdict { SyncVerdict(self) }
}
