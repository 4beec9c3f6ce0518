import Synchronization
import SystemCalls
import Timebase

/// An Arduino sketch that prints lines, on a pseudo-terminal.
///
/// As a real board it starts anew each time its port is opened (opening toggles DTR), after a boot time
/// in which it is silent; before the first opening it sends nothing. Lines carry no counter.
public final class VirtualLineSketch: VirtualDevice {
    /// How a virtual sketch is set up.
    public struct Settings: Sendable {
        /// What it prints.
        public var format: LineFormat
        /// Samples a second.
        public var rate: Double
        /// A symbolic link to the terminal, under which readers find it.
        public var link: String?
        /// Where its log goes; nil for none.
        public var logPath: String?
        /// Makes signals and impairments repeatable.
        public var seed: UInt64 = 1
        /// What is replayed instead of the made-up signal, one row a sample.
        public var recording: RecordedSignal?
        /// After how many samples it ends (a shorter recording begins anew); nil for a recording's length, or never.
        public var count: Int64?
        /// Whether it stays, silent, when it has sent all.
        public var staysWhenDone = false
        /// Whether it sends from the beginning and is not reset by being opened.
        public var startsAtOnce = false
        /// Seconds of silence after the port was opened.
        public var bootSeconds = 0.3
        /// What goes wrong.
        public var impairments = Impairments()

        /// The defaults of a format; `rate` nil takes the sketch's usual one.
        public init(format: LineFormat, rate: Double? = nil) {
            self.format = format
            self.rate = rate ?? format.usualRate
        }
    }

    /// `lines`.
    public var kind: String { "lines" }
    /// The terminal's path; nil while it is unplugged.
    public var path: String? { state.withLock { $0.outlet.endpoint?.path } }
    /// The link's path, if there is one.
    public let link: String?
    /// Lines made and sent so far.
    public var counts: DeviceCounts { state.withLock { $0.outlet.counts } }
    /// Whether it sends lines now.
    public var isSending: Bool { state.withLock { $0.schedule != nil } }
    /// Whether all was sent and read.
    public var isFinished: Bool { state.withLock { $0.isFinished } }

    /// See `VirtualDevice`.
    public var unread: Int { state.withLock { $0.outlet.unread } }

    private let state: Mutex<State>

    /// Makes the terminal; run it with a `VirtualStation`.
    public init(_ settings: Settings) throws(VirtualDeviceError) {
        link = settings.link
        state = Mutex(try State(settings))
    }

    /// A sketch with its defaults.
    public convenience init(
        format: LineFormat, rate: Double? = nil, link: String? = nil, logPath: String? = nil
    ) throws(VirtualDeviceError) {
        var settings = Settings(format: format, rate: rate)
        settings.link = link
        settings.logPath = logPath
        try self.init(settings)
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
        state.withLock {
            (
                $0.outlet.endpoint?.commandDescriptor ?? -1,
                $0.outlet.endpoint?.openings?.number ?? -1
            )
        }
    }

    /// See `VirtualDevice`.
    public func service(
        now: Instant, commands: Bool, openings: Bool
    ) throws(VirtualDeviceError) -> Instant? {
        try state.withLock { (state) throws(VirtualDeviceError) in
            try state.service(now: now, commands: commands, openings: openings)
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
