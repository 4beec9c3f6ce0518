import SystemCalls
import Timebase

extension VirtualLineSketch {
    /// All that changes in a virtual sketch; guarded by the device's lock.
    struct State: ~Copyable, Sendable {
        var outlet: DeviceOutlet
        /// Not nil while it sends.
        var schedule: SampleSchedule?

        private let settings: Settings
        private let limit: Int64?
        private var samples: Int64 = 0
        private var signal: PhysiologicalSignal
        private var leadsOff = 0
        private var generator: SimulationGenerator
        private var bootedAt: Instant?
        private var values: [Int64] = []
        private var line: [UInt8] = []
        private var received: [UInt8] = []
        private var mustStart: Bool
        private var doneAt: Instant?
        private(set) var isFinished = false

        /// Checks the settings and makes the way out.
        private static func makeOutlet(
            _ settings: Settings
        ) throws(VirtualDeviceError) -> DeviceOutlet {
            guard settings.rate > 0, settings.rate <= 10_000 else {
                throw VirtualDeviceError(
                    .setting, "A sketch prints more than 0 and at most 10000 lines a second.")
            }
            guard (0...60).contains(settings.bootSeconds) else {
                throw VirtualDeviceError(.setting, "A board boots within 0 to 60 s.")
            }
            if let recording = settings.recording, recording.count == 0 {
                throw VirtualDeviceError(.recording, "The recording has no rows.")
            }
            let link = settings.link
            let facts = [
                "device lines", "format \(settings.format.rawValue)", "rate \(settings.rate)",
                "seed \(settings.seed)", "columns \(settings.format.columns)",
            ]
            return try DeviceOutlet(
                logPath: settings.logPath, facts: facts, impairments: settings.impairments,
                seed: settings.seed
            ) { () throws(VirtualDeviceError) in try PseudoTerminal(link: link) }
        }

        init(_ settings: Settings) throws(VirtualDeviceError) {
            outlet = try Self.makeOutlet(settings)
            self.settings = settings
            mustStart = settings.startsAtOnce
            limit = settings.count ?? settings.recording.map { Int64($0.count) }
            signal = PhysiologicalSignal(rate: settings.rate, seed: settings.seed)
            generator = SimulationGenerator(seed: settings.seed, purpose: 0x11E5)
        }

        mutating func service(
            now: Instant, commands: Bool, openings: Bool
        ) throws(VirtualDeviceError) -> Instant? {
            try outlet.service(now: now)
            if !outlet.isPlugged {
                schedule = nil
                bootedAt = nil
                mustStart = settings.startsAtOnce
            }
            if mustStart, outlet.isPlugged {
                mustStart = false
                try start(now: now)
            }
            if openings, outlet.endpoint?.openings?.takeOpenings() == true, !settings.startsAtOnce {
                try outlet.note("opened", now: now)
                schedule = nil
                bootedAt = now + Int64(clamping: settings.bootSeconds * 1e9)
            }
            if commands {
                received.removeAll(keepingCapacity: true)
                try outlet.takeCommands(into: &received)
                if !received.isEmpty {
                    try outlet.noteCommand(received, "ignored", understood: false, now: now)
                }
            }
            if let bootedAt, bootedAt <= now {
                self.bootedAt = nil
                try start(now: now)
            }
            while let next = schedule, next.delivery <= now { try sendSample(now: now) }
            if let doneAt {
                // Closing the terminal takes away what was not read yet.
                isFinished = outlet.isDone(since: doneAt, now: now)
            }
            var due = earlier(outlet.nextDue(now: now), schedule?.delivery)
            due = earlier(due, bootedAt)
            return earlier(due, doneAt == nil ? nil : now + 5_000_000)
        }

        private mutating func start(now: Instant) throws(VirtualDeviceError) {
            guard outlet.isPlugged, limit.map({ samples < $0 }) ?? true else { return }
            schedule = SampleSchedule(
                start: now, rate: settings.rate, impairments: settings.impairments,
                seed: settings.seed)
            try outlet.note("started rate \(settings.rate)", now: now)
        }

        private mutating func sendSample(now: Instant) throws(VirtualDeviceError) {
            guard let due = schedule?.due else { return }
            values.removeAll(keepingCapacity: true)
            signal.advance()
            if let recording = settings.recording {
                if settings.format == .pulseVisualiser { values.append(83) }
                for column in recording.columns {
                    values.append(column[Int(samples) % recording.count])
                }
                try send(due: due, now: now)
            } else {
                try sendSignal(due: due, now: now)
            }
            samples += 1
            schedule?.advance()
            if let limit, samples >= limit {
                schedule = nil
                try outlet.note("done", now: now)
                if !settings.staysWhenDone { doneAt = now }
            }
        }

        private mutating func sendSignal(
            due: Instant, now: Instant
        ) throws(VirtualDeviceError) {
            let rhythm = signal.rhythm
            let interval = Int64((rhythm.previousInterval * 1000).rounded())
            let beatsPerMinute = 60 / rhythm.previousInterval
            switch settings.format {
            case .integer: values.append(signal.value(of: 3))
            // The Grove's reading falls as the skin conducts better, around 300 for a calm hand.
            case .grove: values.append(max(1, 512 - signal.value(of: 2)))
            case .pulsePlotter:
                values.append(Int64(beatsPerMinute.rounded()))
                values.append(interval)
                values.append(signal.value(of: 3))
            case .pulseVisualiser:
                values.append(83)
                values.append(signal.value(of: 3))
                if rhythm.isBeat {
                    try send(due: due, now: now)
                    values = [66, Int64(beatsPerMinute.rounded())]
                    try send(due: due, now: now)
                    values = [81, interval]
                }
            case .ad8232:
                // About once in five minutes an electrode comes off for a second.
                if leadsOff > 0 {
                    leadsOff -= 1
                } else if generator.happens(1 / (300 * settings.rate)) {
                    leadsOff = Int(settings.rate.rounded())
                }
                values.append(leadsOff > 0 ? -1 : signal.value(of: 1))
            case .max3010x:
                values.append(100_000 + 20 * signal.value(of: 3))
                values.append(Int64((beatsPerMinute * 100).rounded()))
                values.append(Int64(beatsPerMinute.rounded()))
                values.append(1)
            }
            try send(due: due, now: now)
        }

        private mutating func send(due: Instant, now: Instant) throws(VirtualDeviceError) {
            line.removeAll(keepingCapacity: true)
            settings.format.append(values, to: &line)
            try outlet.send(line, due: due, now: now, values: values)
        }
    }
}
