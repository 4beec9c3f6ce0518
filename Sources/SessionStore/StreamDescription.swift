import Timebase

/// One stream of a session: where it comes from and how it is to be read.
public struct StreamDescription: Hashable, Sendable {
    /// The session's own number for the stream; at least 1.
    public var id: Int64
    /// Unique within the session.
    public var name: String
    /// What the stream holds: `signal` (samples in chunks), `keys`, `pointer`, `chat` or another
    /// word; only those with channels have samples.
    public var kind: String
    /// The source as the station names it, such as a device or a linked client.
    public var source: String
    /// The device profile that decoded it, with its text as it was read; empty where there is none.
    public var profileName: String
    public var profileVersion: Int
    public var profileText: String
    /// What identifies the device, as a JSON object.
    public var deviceIdentity: String
    /// Samples a second; nil where there is no regular rate.
    public var nominalRate: Double?
    public var clock: ClockKind
    /// Nanoseconds of silence beyond which samples must be missing.
    public var gapTolerance: Int64
    /// Nanoseconds between the event in the world and its arrival, and their 95% uncertainty.
    public var typicalDelay: Int64
    public var delayUncertainty: Int64
    /// How far the true rate may lie from the nominal one, in parts per million.
    public var rateTolerancePPM: Double
    /// After how many samples the device's counter starts again; nil where there is none.
    public var counterModulus: Int64?
    /// In the order of `SampleRun.columns`; empty for streams without samples.
    public var channels: [ChannelDescription]

    public init(
        id: Int64, name: String, kind: String, source: String = "", profileName: String = "",
        profileVersion: Int = 0, profileText: String = "", deviceIdentity: String = "{}",
        nominalRate: Double? = nil, clock: ClockKind = .arrival, gapTolerance: Int64 = 0,
        typicalDelay: Int64 = 0, delayUncertainty: Int64 = 0, rateTolerancePPM: Double = 200,
        counterModulus: Int64? = nil, channels: [ChannelDescription] = []
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.source = source
        self.profileName = profileName
        self.profileVersion = profileVersion
        self.profileText = profileText
        self.deviceIdentity = deviceIdentity
        self.nominalRate = nominalRate
        self.clock = clock
        self.gapTolerance = gapTolerance
        self.typicalDelay = typicalDelay
        self.delayUncertainty = delayUncertainty
        self.rateTolerancePPM = rateTolerancePPM
        self.counterModulus = counterModulus
        self.channels = channels
    }
}

extension StreamDescription {
    /// What is known of the stream's clock before its first sample.
    public var clockModel: ClockModel {
        ClockModel(
            kind: clock, period: nominalRate.map { $0 > 0 ? 1e9 / $0 : 0 } ?? 0,
            tolerancePPM: rateTolerancePPM, modulus: counterModulus, typicalDelay: typicalDelay,
            delayUncertainty: delayUncertainty, gapTolerance: gapTolerance)
    }
}
