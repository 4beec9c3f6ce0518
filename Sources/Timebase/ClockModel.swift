/// What is known of a stream's clock before the first sample: the profile's facts.
public struct ClockModel: Hashable, Sendable {
    public var kind: ClockKind
    /// Nanoseconds from sample to sample at the nominal rate; 0 where no rate is known.
    public var period: Double
    /// How far the true rate may lie from the nominal one, in parts per million. Crystals stay
    /// within ±200; a sketch that sleeps between readings needs far more.
    public var tolerancePPM: Double
    /// After how many samples the device's counter starts again; nil where there is no counter.
    public var modulus: Int64?
    /// Typical delay from the sample to its arrival, in nanoseconds. It cannot be seen in the data.
    public var typicalDelay: Int64
    /// 95% uncertainty of `typicalDelay`, in nanoseconds.
    public var delayUncertainty: Int64
    /// Nanoseconds that arrivals may stay late before samples are taken to be missing.
    public var gapTolerance: Int64

    public init(
        kind: ClockKind, period: Double, tolerancePPM: Double = 200, modulus: Int64? = nil,
        typicalDelay: Int64 = 0, delayUncertainty: Int64 = 0, gapTolerance: Int64 = 2_000_000_000
    ) {
        self.kind = kind
        self.period = period.isFinite ? max(0, period) : 0
        self.tolerancePPM = tolerancePPM.isFinite ? max(0, tolerancePPM) : 200
        self.modulus = modulus
        self.typicalDelay = typicalDelay
        self.delayUncertainty = delayUncertainty
        self.gapTolerance = gapTolerance
    }

    /// Whether a line carries the times; otherwise each packet's stamp is its samples' time.
    var hasLine: Bool { kind != .stamped && period > 0 }

    /// Packets that a line needs before lateness can be judged by it. Without a counter the rate
    /// itself has to be learned first.
    func packetsToJudge(isRateLearned: Bool) -> Int { kind == .arrival && !isRateLearned ? 32 : 8 }

    /// The slopes that a line of so many packets may have, in nanoseconds a sample.
    ///
    /// A device that counts has a crystal, and the tolerance holds. A sketch that sleeps between
    /// two readings runs at a rate that only its author could tell: once there are enough packets
    /// to see it, anything between two fifths and two and a half times the nominal rate is taken.
    /// - Parameter learned: the period of an earlier stretch, from which the next one will not
    ///   differ by more than a twentieth.
    func slopes(packets: Int, learned: Double?) -> ClosedRange<Double> {
        if kind == .arrival, let learned { return (learned * 0.95)...(learned * 1.05) }
        let slack = period * tolerancePPM / 1e6
        let narrow = max(period / 10, period - slack)...(period + slack)
        guard kind == .arrival, packets >= 32 else { return narrow }
        return min(narrow.lowerBound, period / 2.5)...max(narrow.upperBound, period * 2.5)
    }

    /// How late arrivals must stay before a loss is inferred, in nanoseconds.
    ///
    /// A counter shows every loss but that of whole turns, so half a turn is the limit there;
    /// without a counter it is the profile's tolerance. After an interruption a loss is likely, and
    /// one and a half samples are enough (or four times the jitter, if that is more).
    func latenessLimit(interrupted: Bool, jitter: Double) -> Double {
        if let modulus { return Double(modulus) * period / 2 }
        if interrupted { return max(1.5 * period, 4 * jitter) }
        return max(Double(gapTolerance), 1.5 * period)
    }
}

/// A place within a packet before which the device's counter skipped.
public struct CounterBreak: Hashable, Sendable {
    /// Offset, within the samples just decoded, of the first sample after the loss.
    public var beforeOffset: Int
    /// How many samples are missing, modulo the counter's turn.
    public var missing: Int64
    /// Whether that is all of them: the bytes that are missing were counted, and agree with the counter.
    public var isWhole: Bool

    public init(beforeOffset: Int, missing: Int64, isWhole: Bool = false) {
        self.beforeOffset = beforeOffset
        self.missing = missing
        self.isWhole = isWhole
    }

    /// The same so many samples further on.
    public func moved(by samples: Int) -> CounterBreak {
        var moved = self
        moved.beforeOffset += samples
        return moved
    }
}

/// What a clock has to say since it was last asked: rows to be written or replaced.
public struct ClockUpdate: Hashable, Sendable {
    /// Segments, each replacing the one with the same first index.
    public var segments: [ClockSegment] = []
    /// Gaps, each replacing the one after the same index.
    public var gaps: [Gap] = []

    public init() {}
}
