/// A recording as `attune-bench align` makes it up: what is true, and what of it comes in.
struct AlignCase: Sendable {
    /// When samples are taken.
    enum Sampling: Sendable {
        /// By a crystal, at the nominal rate less its drift.
        case crystal
        /// By a crystal, at a rate between 40 and 300 Hz that nobody is told.
        case unknownRate
        /// Each period differs from the one before, by this share (standard deviation): a sketch that
        /// sleeps, works, and sleeps again. Nobody is told the rate.
        case rough(Double)
        /// At random: 2 ms, and an exponential wait of 8 ms in the mean.
        case random
    }

    /// What the device's clock does in the middle.
    enum Reset: Sendable {
        /// It falls back to 2019, as Polar's do; samples and their count go on.
        case backTo2019
        /// The device restarts: 8 s without samples, and its clock begins at zero.
        case toZero
    }

    /// For the command line.
    var name: String
    var title: String
    /// Samples a second; the mean where there is no rate.
    var rate: Double
    var seconds = 600.0
    /// Length for calibration, where many seeds are needed.
    var calibrationSeconds = 60.0
    var sampling = Sampling.crystal
    /// Spread evenly over the recording.
    var losses = 0
    var lossSeconds = 0.0
    /// Whether the index shows losses.
    var isCounted = true
    /// Samples a packet.
    var batch = 1
    var hasDeviceTimes = false
    var reset: Reset?
    /// Share of device times that are duplicated, and reordered, and corrupt.
    var faultShare = 0.0
    /// Largest deviation of the rate, on top of the drift, which comes and goes as a sine.
    var wanderPPM = 0.0
    var wanderSeconds = 1200.0
    var goals = AlignGoals()
    /// At which pause pyxdf is told to split, where it is tried with another setting than its own.
    var peerSplitSeconds = 0.1

    /// Whether a model of it has a rate.
    var isRateKnown: Bool { if case .crystal = sampling { true } else { false } }
}

/// What an alignment of a case has to reach.
struct AlignGoals: Sendable {
    /// In milliseconds.
    var rms: Double?
    var bias: Double?
    var deviation: Double?
    /// Never further from the truth than the arrival times are, whatever the seed.
    var noWorseThanArrival = false
}
