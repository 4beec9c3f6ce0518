import SystemCalls
import Timebase

extension VirtualKeyboard {
    /// All that changes in a virtual keyboard; guarded by the device's lock.
    struct State: ~Copyable, Sendable {
        var outlet: DeviceOutlet

        private let settings: Settings
        private var typist: Typist
        private var next: KeyAction?
        /// When typing starts, in whole microseconds, for that is what an input event can hold.
        private var start: Instant?
        private var bytes: [UInt8] = []
        private var values: [Int64] = [0, 0]
        private var received: [UInt8] = []
        private var generator: SimulationGenerator
        private var delay: Int64 = 0
        private var doneAt: Instant?
        private(set) var isFinished = false

        /// Checks the settings and makes the way out.
        private static func makeOutlet(
            _ settings: Settings
        ) throws(VirtualDeviceError) -> DeviceOutlet {
            guard (0...3600).contains(settings.startSeconds) else {
                throw VirtualDeviceError(.setting, "Typing starts within 0 to 3600 s.")
            }
            let pipe = settings.pipe
            let link = settings.link
            var impairments = settings.impairments
            impairments.garbage = 0
            let facts = [
                "device keyboard", "seed \(settings.seed)",
                "columns code value (1 down, 0 up); due is the event's own time",
            ]
            return try DeviceOutlet(
                logPath: settings.logPath, facts: facts, impairments: impairments,
                seed: settings.seed
            ) { () throws(VirtualDeviceError) -> any DeviceEndpoint in
                if let pipe { return try NamedPipe(path: pipe) }
                return try PseudoTerminal(link: link)
            }
        }

        init(_ settings: Settings) throws(VirtualDeviceError) {
            outlet = try Self.makeOutlet(settings)
            self.settings = settings
            if let text = settings.text {
                typist = Typist(text: text, seed: settings.seed)
            } else {
                typist = Typist(seed: settings.seed)
            }
            generator = SimulationGenerator(seed: settings.seed, purpose: 0x5CED)
            next = typist.next()
        }

        mutating func service(
            now: Instant, commands: Bool, openings: Bool
        ) throws(VirtualDeviceError) -> Instant? {
            try outlet.service(now: now)
            if openings, outlet.endpoint?.openings?.takeOpenings() == true {
                try outlet.note("opened", now: now)
                if start == nil { try begin(after: settings.startSeconds, now: now) }
            }
            if settings.startsAtOnce, start == nil { try begin(after: 0, now: now) }
            if commands {
                received.removeAll(keepingCapacity: true)
                try outlet.takeCommands(into: &received)
            }
            while let start, let action = next {
                let due = start + action.microseconds * 1000
                guard due + delay <= now else { break }
                try send(action, due: due, now: now)
                next = typist.next()
                delay = Int64(
                    clamping: generator.fraction() * settings.impairments.jitterMilliseconds * 1e6)
                let limit = settings.count ?? .max
                if next == nil || outlet.counts.made >= limit {
                    next = nil
                    try outlet.note("done", now: now)
                    if !settings.staysWhenDone { doneAt = now }
                }
            }
            if next == nil, doneAt == nil, !settings.staysWhenDone { doneAt = now }
            if let doneAt {
                isFinished = outlet.isDone(since: doneAt, now: now)
            }
            var due = outlet.nextDue(now: now)
            if let start, let next {
                due = earlier(due, start + next.microseconds * 1000 + delay)
            }
            return earlier(due, doneAt == nil ? nil : now + 5_000_000)
        }

        private mutating func begin(
            after seconds: Double, now: Instant
        ) throws(VirtualDeviceError) {
            let time = now + Int64(clamping: seconds * 1e9)
            start = Instant(nanoseconds: time.nanoseconds / 1000 * 1000)
            try outlet.note("started", now: now)
        }

        private mutating func send(
            _ action: KeyAction, due: Instant, now: Instant
        ) throws(VirtualDeviceError) {
            // Keys pressed while the device is unplugged go nowhere.
            guard outlet.isPlugged else { return }
            bytes.removeAll(keepingCapacity: true)
            append(due, type: 1, code: action.code, value: action.isPress ? 1 : 0)
            append(due, type: 0, code: 0, value: 0)
            values[0] = Int64(action.code)
            values[1] = action.isPress ? 1 : 0
            try outlet.send(bytes, due: due, now: now, values: values)
        }

        private mutating func append(_ time: Instant, type: UInt16, code: UInt16, value: Int32) {
            append(time.nanoseconds / 1_000_000_000)
            append(time.nanoseconds / 1000 % 1_000_000)
            append(type)
            append(code)
            append(value)
        }

        private mutating func append(_ value: some FixedWidthInteger) {
            // The kernel's structure is in the machine's byte order; all that run this are little-endian.
            var rest = value
            for _ in 0..<value.bitWidth / 8 {
                bytes.append(UInt8(truncatingIfNeeded: rest))
                rest >>= 8
            }
        }
    }
}
