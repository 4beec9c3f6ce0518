/// A stream put on the station's clock: what `Aligner` found.
public struct Alignment: Hashable, Sendable {
    /// A stretch of readings over which one straight line carries index to time.
    public struct Line: Hashable, Sendable {
        /// Places in the columns of the first and the last reading; the next line begins behind.
        public var firstReading: Int
        public var lastReading: Int
        /// Index at which the line's time is `origin`.
        public var index: Int64
        /// Nanoseconds of the station's clock.
        public var origin: Int64
        /// Nanoseconds from one index to the next.
        public var period: Double
        /// 95% bound of the error of any time on the line, in nanoseconds.
        public var bound: Int64
        /// Counts the device's clocks: a new one begins after a reset, or where it cannot be told
        /// whether the old one went on. Losses alone do not begin one.
        public var segment: Int
        /// Mean delay of arrivals behind the line, in nanoseconds.
        public var jitter: Int64

        /// The time of an index on the line.
        public func time(of other: Int64) -> Int64 {
            let steps = Double(other.subtractingReportingOverflow(index).partialValue)
            return origin.addingReportingOverflow(Int64(clamping: (steps * period).rounded()))
                .partialValue
        }
    }

    /// Samples that are missing though no number shows it.
    public struct Loss: Hashable, Sendable {
        /// The first reading behind the loss.
        public var reading: Int
        /// How many samples are missing, and the largest error of that.
        public var lost: Int64
        public var lostBound: Int64
    }

    /// What is wrong with a device time; it is then not used.
    public enum Fault: String, Hashable, Sendable, Codable, CaseIterable {
        /// The same as the one before, though the sample is another.
        case duplicated
        /// Earlier than the one before, though the sample is later; or the whole reading came behind
        /// later ones, and its device time is used.
        case reordered
        /// Far from where its neighbours say that it must be.
        case corrupt
    }

    /// Time of each reading on the station's clock, in nanoseconds.
    public var times: [Int64] = []
    /// 95% bound of the error of each, in nanoseconds.
    public var bounds: [Int64] = []
    /// The lines, in order of the readings; together they have all of them. Times on a line are those
    /// in `times`. Empty where times follow no line (`isRegular` is false) or readings were reordered.
    public var lines: [Line] = []
    /// By the place of the reading.
    public var segments: [Int32] = []
    public var losses: [Loss] = []
    /// Where readings are late to the end of their stretch by about what so many samples take, but for too short a time
    /// to say whether these are missing: they are not in `losses`, and the times are those without them.
    public var undecided: [Loss] = []
    /// Readings before which the device's clock or count began anew.
    public var resets: [Int] = []
    public var faults: [Int: Fault] = [:]
    /// Whether samples come at a rate, so that lines carry their times.
    public var isRegular = true
    /// Nanoseconds from one sample to the next, over all; 0 where there is no rate.
    public var period = 0.0
    /// Deviation of the rate from the nominal one in parts per million, over all; nil where no nominal
    /// rate is known.
    public var driftPPM: Double?
    /// Mean delay of arrivals behind the aligned times, without the typical delay, in nanoseconds.
    public var jitter: Int64 = 0

    public init() {}
}
