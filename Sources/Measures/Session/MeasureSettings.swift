/// What of the measures' definitions can be set.
public struct MeasureSettings: Hashable, Sendable {
    /// Seconds of data below which a measure is missing and stands in its raw column alone.
    public struct Floors: Hashable, Sendable {
        public var rmssd = 30.0
        public var sdnn = 60.0
        public var pnn50 = 60.0
        /// One minute: ten periods of the band's lower end (Task Force 1996).
        public var highFrequency = 60.0
        /// Two minutes, by the same source.
        public var lowFrequency = 120.0
        /// Seconds of tonic values, and of respiration.
        public var skin = 10.0
        public var respiration = 30.0

        public init() {}
    }

    public var floors = Floors()
    /// Where intervals come from; nil takes the first of `HeartSource.allCases` that the session has.
    public var heartSource: HeartSource?
    /// Samples a second below which a peak's place is interpolated between samples.
    public var interpolatedBelow = 250.0
    /// Seconds between two edits or keys from which on it is a pause.
    public var pause = 2.0
    /// The smallest response in µS; three steps of the converter where that is more.
    public var smallestResponse = 0.05
    /// Share of the largest response that another needs (NeuroKit2).
    public var responseShare = 0.1

    public init() {}
}
