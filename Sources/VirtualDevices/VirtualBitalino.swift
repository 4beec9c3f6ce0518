import Glibc
import Synchronization
import SystemCalls
import Timebase

/// A BITalino (r)evolution on a pseudo-terminal, spoken from the device's side.
///
/// It answers commands as firmware 5.1 does and sends frames at its rate, by an absolute schedule. Its
/// signals are made up (`PhysiologicalSignal`) or replayed from a recording, one row a frame; a recording's
/// first column is A1.
public final class VirtualBitalino: VirtualDevice {
    /// How a virtual BITalino is set up.
    public struct Settings: Sendable {
        /// Samples a second until a command sets another: 1, 10, 100 or 1000.
        public var rate = 1000
        /// How many analogue channels it has, 1 to 6; commands for others are not understood.
        public var channels = 6
        /// A symbolic link to the terminal, under which readers find it.
        public var link: String?
        /// Where its log goes; nil for none.
        public var logPath: String?
        /// Makes signals and impairments repeatable.
        public var seed: UInt64 = 1
        /// What is replayed instead of made-up signals; at most four columns, 0…1023.
        public var recording: RecordedSignal?
        /// After how many frames it ends (a shorter recording begins anew); nil for a recording's length, or never.
        public var count: Int64?
        /// Whether it stays, idle, when it has sent all.
        public var staysWhenDone = false
        /// Whether it sends all channels at once instead of waiting for the start command.
        public var startsAtOnce = false
        /// What goes wrong.
        public var impairments = Impairments()

        /// The defaults.
        public init() {}
    }

    /// The firmware's answer to the version command.
    public static let firmware = "BITalino_v5.1\n"

    /// `bitalino`.
    public var kind: String { "bitalino" }
    /// The terminal's path; nil while it is unplugged.
    public var path: String? { state.withLock { $0.outlet.endpoint?.path } }
    /// The link's path, if there is one.
    public let link: String?
    /// Frames made and sent so far.
    public var counts: DeviceCounts { state.withLock { $0.outlet.counts } }
    /// Whether it sends frames now.
    public var isSending: Bool { state.withLock { $0.schedule != nil } }
    /// Whether all was sent and read.
    public var isFinished: Bool { state.withLock { $0.isFinished } }

    /// See `VirtualDevice`.
    public var unread: Int { state.withLock { $0.outlet.unread } }

    private let state: Mutex<State>

    /// Makes the terminal and waits for commands; run it with a `VirtualStation`.
    public init(_ settings: Settings) throws(VirtualDeviceError) {
        link = settings.link
        state = Mutex(try State(settings))
    }

    /// A device with its defaults.
    public convenience init(
        rate: Int = 1000, channels: Int = 6, link: String? = nil, logPath: String? = nil
    ) throws(VirtualDeviceError) {
        var settings = Settings()
        settings.rate = rate
        settings.channels = channels
        settings.link = link
        settings.logPath = logPath
        try self.init(settings)
    }

    /// Sets the digital inputs I1 and I2, as a button or another machine's trigger does.
    public func setInputs(first: Bool, second: Bool) {
        state.withLock { $0.inputs = (first ? 8 : 0) | (second ? 4 : 0) }
    }

    /// Takes the device away for a time, as `impairments.absence` says.
    public func goAway(
        forSeconds seconds: Double, now: Instant = Clocks.now()
    ) throws(VirtualDeviceError) {
        try state.withLock { (state) throws(VirtualDeviceError) in
            try state.outlet.goAway(forSeconds: seconds, now: now)
        }
    }

    /// Writes the log's waiting lines now; they would be written within 200 ms anyway.
    public func flushLog() throws(VirtualDeviceError) {
        try state.withLock { (state) throws(VirtualDeviceError) in try state.outlet.flushLog() }
    }

    /// See `VirtualDevice`.
    public var pollDescriptors: (commands: Int32, openings: Int32) {
        state.withLock { ($0.outlet.endpoint?.commandDescriptor ?? -1, -1) }
    }

    /// See `VirtualDevice`.
    public func service(
        now: Instant, commands: Bool, openings: Bool
    ) throws(VirtualDeviceError) -> Instant? {
        try state.withLock { (state) throws(VirtualDeviceError) in
            try state.service(now: now, commands: commands)
        }
    }

    /// See `VirtualDevice`.
    public func close() throws(VirtualDeviceError) {
        try state.withLock { (state) throws(VirtualDeviceError) in
            state.schedule = nil
            try state.outlet.close(now: Clocks.now())
        }
    }
}
