import Synchronization
import SystemCalls
import Timebase

/// A virtual device of the catalogue: a `DeviceBehaviour` with a way out, counts, log, impairments and
/// an end.
public final class VirtualInstrument: VirtualDevice {
    /// What it is: its profile's name.
    public let kind: String
    /// The link's path, if there is one.
    public let link: String?
    /// What a reader opens, or its network address; nil while it is unplugged.
    public var path: String? { state.withLock { $0.outlet.endpoint?.path } }
    /// Frames, packets or lines made and sent so far.
    public var counts: DeviceCounts { state.withLock { $0.outlet.counts } }
    /// Whether it sends by itself now.
    public var isSending: Bool { state.withLock { $0.behaviour.due != nil } }
    /// Whether all was sent and read.
    public var isFinished: Bool { state.withLock { $0.isFinished } }
    /// See `VirtualDevice`.
    public var unread: Int { state.withLock { $0.outlet.unread } }

    private let state: Mutex<State>

    /// Makes the way out and waits to be run.
    init(
        kind: String, settings: VirtualDeviceSettings, facts: [String], style: OutletStyle,
        behaviour: any DeviceBehaviour,
        makeEndpoint: DeviceOutlet.MakeEndpoint? = nil
    ) throws(VirtualDeviceError) {
        self.kind = kind
        link = settings.link
        let link = settings.link
        let makeTerminal: DeviceOutlet.MakeEndpoint = { () throws(VirtualDeviceError) in
            try PseudoTerminal(link: link)
        }
        let outlet = try DeviceOutlet(
            logPath: settings.logPath,
            facts: ["device \(kind)", "seed \(settings.seed)"] + facts,
            impairments: settings.impairments, seed: settings.seed, style: style,
            makeEndpoint: makeEndpoint ?? makeTerminal)
        state = Mutex(State(outlet: outlet, behaviour: behaviour, settings: settings))
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
            state.behaviour.unplug(now: Clocks.now())
            try state.outlet.close(now: Clocks.now())
        }
    }
}

extension VirtualInstrument {
    /// All that changes in it; guarded by the device's lock.
    struct State: ~Copyable, Sendable {
        var outlet: DeviceOutlet
        var behaviour: any DeviceBehaviour
        private let limit: Int64?
        private let staysWhenDone: Bool
        private var isPlugged = false
        private var isDone = false
        private var doneAt: Instant?
        private var received: [UInt8] = []
        private(set) var isFinished = false

        init(
            outlet: consuming DeviceOutlet, behaviour: any DeviceBehaviour,
            settings: VirtualDeviceSettings
        ) {
            self.outlet = outlet
            self.behaviour = behaviour
            limit = settings.count
            staysWhenDone = settings.staysWhenDone
        }

        mutating func service(
            now: Instant, commands: Bool, openings: Bool
        ) throws(VirtualDeviceError) -> Instant? {
            try outlet.service(now: now)
            if outlet.isPlugged != isPlugged {
                isPlugged = outlet.isPlugged
                if isPlugged {
                    try behaviour.plug(now: now, outlet: &outlet)
                } else {
                    behaviour.unplug(now: now)
                }
            }
            if openings, outlet.endpoint?.openings?.takeOpenings() == true, isPlugged {
                try behaviour.opened(now: now, outlet: &outlet)
            }
            if commands {
                received.removeAll(keepingCapacity: true)
                try outlet.takeCommands(into: &received)
                if !received.isEmpty {
                    try behaviour.receive(received, now: now, outlet: &outlet)
                }
            }
            while !isDone, let due = behaviour.due, due <= now {
                try behaviour.sendDue(now: now, outlet: &outlet)
                if behaviour.isExhausted || limit.map({ outlet.counts.made >= $0 }) ?? false {
                    isDone = true
                    try outlet.note("done", now: now)
                    if !staysWhenDone { doneAt = now }
                }
            }
            if let doneAt {
                // Closing the terminal takes away what was not read yet.
                isFinished = outlet.isDone(since: doneAt, now: now)
            }
            let due = earlier(outlet.nextDue(now: now), isDone ? nil : behaviour.due)
            return earlier(due, doneAt == nil ? nil : now + 5_000_000)
        }
    }
}
