import Timebase

/// One stream of a device: channels that are sampled together.
public struct StreamProfile: Hashable, Sendable {
    /// The stream's name, unique in the profile.
    public var name: String
    /// What the rows are: `signal` (samples), `keys` (key classes), `pointer` (movement).
    public var kind: String
    /// Nominal rate in Hz; nil where the device sends when it likes.
    public var rate: Double?
    /// How far the true rate may be from the nominal one, in parts per million.
    public var rateTolerancePPM: Double
    /// What sample times are derived from.
    public var clock: ClockKind
    /// The device's counter shows losses modulo so many samples; nil without a counter.
    public var counterModulus: Int?
    /// Nanoseconds beyond the expected time after which samples count as missing.
    public var gapTolerance: Int64
    /// Nanoseconds from the physical event to the arrival of its sample, without queueing.
    public var typicalDelay: Int64
    /// 95% bound of the error of `typicalDelay`, nanoseconds (one-sided half width).
    public var delayUncertainty: Int64
    /// Nanoseconds without a sample after which the device is said to be silent.
    public var silenceLimit: Int64
    /// The channels in stored order; at least one for a `signal`.
    public var channels: [ChannelProfile]

    public init(
        name: String, kind: String = "signal", rate: Double?, rateTolerancePPM: Double,
        clock: ClockKind, counterModulus: Int?, gapTolerance: Int64, typicalDelay: Int64,
        delayUncertainty: Int64, silenceLimit: Int64 = 2_000_000_000, channels: [ChannelProfile]
    ) {
        self.name = name
        self.kind = kind
        self.rate = rate
        self.rateTolerancePPM = rateTolerancePPM
        self.clock = clock
        self.counterModulus = counterModulus
        self.gapTolerance = gapTolerance
        self.typicalDelay = typicalDelay
        self.delayUncertainty = delayUncertainty
        self.silenceLimit = silenceLimit
        self.channels = channels
    }

    /// The silence limit of a stream whose profile names none, in nanoseconds: 2 s, or two samples at a
    /// slow rate.
    public static func usualSilenceLimit(rate: Double?) -> Int64 {
        guard let rate, rate > 0 else { return 2_000_000_000 }
        return Int64(clamping: max(2e9, 2e9 / rate))
    }
}
