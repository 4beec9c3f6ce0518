/// What each virtual device that stands in the catalogue can be told.
public struct VirtualDeviceSettings: Sendable {
    /// A symbolic link to the terminal, under which readers find it.
    public var link: String?
    /// Where its log goes; nil for none.
    public var logPath: String?
    /// Makes signals and impairments repeatable.
    public var seed: UInt64 = 1
    /// What is replayed instead of made-up signals: one row a sample of the device's first stream,
    /// column after column its channels, raw values.
    public var recording: RecordedSignal?
    /// After how many frames, packets or lines it ends; nil for a recording's length, or never.
    public var count: Int64?
    /// Whether it stays, silent, when it has sent all.
    public var staysWhenDone = false
    /// What goes wrong.
    public var impairments = Impairments()
    /// Beyond the defaults of its kind.
    public var options = VirtualDeviceOptions()

    /// The defaults.
    public init() {}
}

/// What some kinds of virtual devices can be told; each takes what concerns it.
public struct VirtualDeviceOptions: Hashable, Sendable {
    /// How the values of a Polar stream are sent.
    public enum Frames: String, Hashable, Sendable, CaseIterable {
        /// Each sample by itself.
        case raw
        /// A reference and differences, packed bit by bit.
        case delta
    }

    /// Samples a second until the host sets another rate; nil for the kind's own.
    public var rate: Double?
    /// Polar: the streams' frames; nil for what the device usually sends.
    public var frames: Frames?
    /// Polar: what the device's clock says at first, in nanoseconds since 2000-01-01; nil for the
    /// present time. `polarFactoryClock` is where an H10 starts that nobody has set.
    public var clockStart: Int64?
    /// Polar: at most so many bytes of settings in one reply of the control point; nil for all.
    public var replyLimit: Int?
    /// Polar: seconds until the first pulse intervals.
    public var intervalDelaySeconds = 25.0
    /// Polar: after how many seconds the device ends its streams by itself; 0 for never.
    public var stopsAfterSeconds = 0.0
    /// Shimmer: seconds between status messages amid the data; 0 for none.
    public var statusEverySeconds = 20.0
    /// Shimmer: where the counter of 32768 Hz starts.
    public var ticksStart: UInt32 = 0
    /// Cyton: each how many frames hold an accelerometer reading; zeros are in the others.
    public var accelerometerEvery = 10
    /// Seconds between moments in which the sensor has no contact; 0 for none.
    public var contactLossEverySeconds = 0.0
    /// Heart rate: probability that an RR interval of some 50 ms is made up behind a true one.
    public var falseIntervals = 0.0
    /// Marker port: what is sent, seconds after the opening and the byte; nil for a byte each 2 s.
    public var marks: [VirtualMark]?
    /// EmotiBit: the address on which it listens, such as `127.0.0.1:3131`; port 0 takes a free one.
    public var address = "127.0.0.1:3131"

    /// The clock of a Polar H10 that nobody has set: 2019-01-01, in nanoseconds since 2000-01-01.
    public static let polarFactoryClock: Int64 = 599_616_000 * 1_000_000_000

    /// The defaults.
    public init() {}
}

/// One byte of a virtual marker port.
public struct VirtualMark: Hashable, Sendable {
    /// Seconds after the port was opened.
    public var seconds: Double
    /// What is sent.
    public var byte: UInt8

    /// A mark.
    public init(seconds: Double, byte: UInt8) {
        self.seconds = seconds
        self.byte = byte
    }
}
