/// The limits of the fitting's checks, and where each is from. Where no source is named, it is this
/// project's own choice: careful enough to stop a session whose data would be worthless, and open to a
/// reason where somebody knows better.
enum FittingLimits {
    // MARK: Skin conductance

    /// Skin conductance outside of this, in µS, is no reading of skin: below, the electrodes are open;
    /// above, they are bridged.
    ///
    /// Source: I. R. Kleckner et al., Simple, Transparent, and Flexible Automated Quality Assessment
    /// Procedures for Ambulatory Electrodermal Activity Data, IEEE Trans. Biomed. Eng. 65 (2018),
    /// 1460–1467, rule 1.
    static let conductance = 0.05...60.0

    /// Skin conductance does not change faster than this, in µS a second. Source: the same, rule 2.
    static let conductanceSlope = 10.0

    /// Share of a window that may be outside of either without being called bad.
    static let conductanceBadShare = 0.05

    /// The smallest rise that is a response to a stimulus, in µS.
    ///
    /// Source: W. Boucsein et al., Publication recommendations for electrodermal measurements,
    /// Psychophysiology 49 (2012), 1017–1034: 0.05 µS in records scored by hand.
    static let responseRise = 0.05

    /// When after its stimulus a response begins, in seconds. Boucsein et al. (2012) give 1–3 s or 1–4 s;
    /// a breath takes a second or two itself, and the mark is set by hand: up to 5 s.
    static let responseLatency = 1.0...5.0

    /// How long a response rises at most, in seconds. Source: as above, 0.5–5 s.
    static let responseRiseTime = 5.0

    /// What has to come within the first second of a rise, in µS: else the rise began later. Boucsein
    /// et al. (2012) name 0.01 µS as the smallest response that programs tell from noise.
    static let responseOnset = 0.01

    /// How many standard deviations of what went before a rise must exceed.
    static let responseNoise = 4.0

    // MARK: Electrocardiogram

    /// Peak to peak, in mV, without the slow baseline. Monitors have to show QRS complexes of 0.5 to
    /// 5 mV (IEC 60601-2-27); a chest strap or a lead across a small heart gives less, and ±5 mV is the
    /// input range that is asked of them.
    static let heartAmplitude = 0.1...10.0

    /// Kurtosis above which an electrocardiogram has clear beats; hum and a moving baseline lie below.
    ///
    /// Source: Z. Zhao, Y. Zhang, SQI Quality Evaluation Mechanism of Single-Lead ECG Signal Based on
    /// Simple Heuristic Fusion and Fuzzy Comprehensive Evaluation, Frontiers in Physiology 9 (2018), 727:
    /// above 5 in sinus rhythm, about 5 with muscle noise, below 5 with mains hum or baseline wander.
    static let heartKurtosis = 5.0

    /// Kurtosis below which there is hardly anything but a steady hum: a sine has 1.5, noise 3.
    static let humKurtosis = 2.0

    /// Beats a minute that are believed at rest.
    ///
    /// Source: C. Orphanidou et al., Signal-quality indices for the electrocardiogram and
    /// photoplethysmogram, IEEE J. Biomed. Health Inform. 19 (2015), 832–838, rule 1.
    static let heartRate = 40.0...180.0

    // MARK: Pulse wave

    /// Correlation of a pulse wave with itself one beat later: clear above the first, doubtful between.
    static let pulseCorrelation = (clear: 0.5, doubtful: 0.3)

    // MARK: Any signal

    /// Seconds that are looked at.
    static let window = 10.0

    /// Seconds of skin conductance that are looked at. It is slow.
    static let slowWindow = 30.0

    /// Seconds without the smallest change after which a line is flat; skin conductance may rest for
    /// long within one step of a coarse converter.
    static let flatSeconds = 5.0
    static let flatConductanceSeconds = 20.0

    /// Share of missing readings from which on a channel is not read.
    static let missingShare = 0.2

    /// Share of readings at an end of the converter's range: bad above the first, doubtful above the
    /// second.
    static let clippedShare = (bad: 0.01, doubtful: 0.001)

    /// Seconds after its newest sample at which a channel counts as silent.
    static let silence = 3.0

    /// Seconds for which what a device told of its electrodes counts.
    static let toldSeconds = 5.0

    // MARK: The station

    /// Percent of charge: too little at or below the first, which is where the station alarms; doubtful
    /// at or below the second.
    static let charge = (bad: 15, doubtful: 30)

    /// Free bytes: too few below the first, which is where the station alarms; doubtful below the second.
    static let freeBytes = (bad: Int64(1) << 30, doubtful: Int64(5) << 30)
}
