import Synchronization
import SystemCalls
import Timebase

/// A keyboard that writes the kernel's input events to a named pipe or a pseudo-terminal.
///
/// Each key that goes down or up is two `struct input_event` of 24 bytes (seconds and microseconds of
/// CLOCK_MONOTONIC as i64, type u16, code u16, value i32, in this machine's byte order): EV_KEY, then
/// SYN_REPORT. Typing starts `startSeconds` after the first opening. Its log holds key codes: it is for
/// made-up typing only.
public final class VirtualKeyboard: VirtualDevice {
    /// How a virtual keyboard is set up.
    public struct Settings: Sendable {
        /// Where the named pipe is made; nil makes a pseudo-terminal.
        public var pipe: String?
        /// A symbolic link to the pseudo-terminal; of no use with a pipe.
        public var link: String?
        /// Where its log goes; nil for none.
        public var logPath: String?
        /// What is typed; nil types made-up sentences.
        public var text: String?
        /// Makes typing and impairments repeatable.
        public var seed: UInt64 = 1
        /// After how many keys that go down or up it ends; nil for the text's end, or never.
        public var count: Int64?
        /// Whether it stays, silent, when it has typed all.
        public var staysWhenDone = false
        /// Whether it types from the beginning instead of waiting until somebody opens it.
        public var startsAtOnce = false
        /// Seconds between the opening and the start of typing.
        public var startSeconds = 0.5
        /// What goes wrong; drift and garbage do not apply.
        public var impairments = Impairments()

        /// The defaults.
        public init() {}
    }

    /// `keyboard`.
    public var kind: String { "keyboard" }
    /// The pipe's or terminal's path; nil while it is unplugged.
    public var path: String? { state.withLock { $0.outlet.endpoint?.path } }
    /// The link's path, if there is one.
    public let link: String?
    /// Keys that went down or up so far.
    public var counts: DeviceCounts { state.withLock { $0.outlet.counts } }
    /// Whether all was sent and read.
    public var isFinished: Bool { state.withLock { $0.isFinished } }

    /// See `VirtualDevice`.
    public var unread: Int { state.withLock { $0.outlet.unread } }

    private let state: Mutex<State>

    /// Makes the pipe or terminal; run it with a `VirtualStation`.
    public init(_ settings: Settings) throws(VirtualDeviceError) {
        link = settings.link
        state = Mutex(try State(settings))
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
            try state.outlet.close(now: Clocks.now())
        }
    }
}
