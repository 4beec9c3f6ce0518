import Glibc
import SystemCalls
import Timebase

extension VirtualBitalino {
    /// All that changes in a virtual BITalino; guarded by the device's lock.
    struct State: ~Copyable, Sendable {
        var outlet: DeviceOutlet
        /// Not nil while it sends.
        var schedule: SampleSchedule?
        /// I1 in bit 3, I2 in bit 2.
        var inputs: UInt8 = 0

        private let settings: Settings
        private let limit: Int64?
        private var rate: Int
        private var channels: [Int] = []
        private var isSimulated = false
        private var sequence: UInt8 = 0
        private var outputs: UInt8 = 0
        private var batteryThreshold: UInt8 = 0
        private var awaitsPulseWidth = false
        private var signal: PhysiologicalSignal
        private var row = 0
        private var step = 0
        private var values: [Int64] = []
        private var logged: [Int64] = []
        private var frame: [UInt8] = []
        private var received: [UInt8] = []
        private var mustStart: Bool
        private var doneAt: Instant?
        private(set) var isFinished = false

        /// Checks the settings and makes the way out.
        private static func makeOutlet(
            _ settings: Settings
        ) throws(VirtualDeviceError) -> DeviceOutlet {
            guard [1, 10, 100, 1000].contains(settings.rate) else {
                throw VirtualDeviceError(
                    .setting, "A BITalino samples at 1, 10, 100 or 1000 Hz, not \(settings.rate).")
            }
            guard (1...6).contains(settings.channels) else {
                throw VirtualDeviceError(.setting, "A BITalino has 1 to 6 channels.")
            }
            if let recording = settings.recording {
                guard (1...4).contains(recording.columns.count), recording.count > 0,
                    recording.columns.allSatisfy({
                        $0.count == recording.count && $0.allSatisfy { (0...1023).contains($0) }
                    })
                else {
                    throw VirtualDeviceError(
                        .recording,
                        "A BITalino replays 1 to 4 columns of one length, with values 0 to 1023.")
                }
            }
            let link = settings.link
            let facts = [
                "device bitalino", "seed \(settings.seed)",
                "columns sequence digital, then the acquired channels in order, as the last event "
                    + "`started` lists them",
            ]
            return try DeviceOutlet(
                logPath: settings.logPath, facts: facts, impairments: settings.impairments,
                seed: settings.seed
            ) { () throws(VirtualDeviceError) in try PseudoTerminal(link: link) }
        }

        init(_ settings: Settings) throws(VirtualDeviceError) {
            outlet = try Self.makeOutlet(settings)
            self.settings = settings
            rate = settings.rate
            mustStart = settings.startsAtOnce
            limit = settings.count ?? settings.recording.map { Int64($0.count) }
            signal = PhysiologicalSignal(rate: Double(settings.rate), seed: settings.seed)
        }

        mutating func service(
            now: Instant, commands: Bool
        ) throws(VirtualDeviceError) -> Instant? {
            try outlet.service(now: now)
            if !outlet.isPlugged {
                schedule = nil
                mustStart = settings.startsAtOnce
            }
            if mustStart, outlet.isPlugged {
                mustStart = false
                try start(mask: UInt8((1 << settings.channels) - 1), simulated: false, now: now)
            }
            if commands {
                received.removeAll(keepingCapacity: true)
                try outlet.takeCommands(into: &received)
                for byte in received { try obey(byte, now: now) }
            }
            while let next = schedule, next.delivery <= now { try sendFrame(now: now) }
            if let doneAt {
                // Closing the terminal takes away what was not read yet.
                isFinished = outlet.isDone(since: doneAt, now: now)
            }
            let due = earlier(outlet.nextDue(now: now), schedule?.delivery)
            return earlier(due, doneAt == nil ? nil : now + 5_000_000)
        }

        private mutating func sendFrame(now: Instant) throws(VirtualDeviceError) {
            guard let due = schedule?.due else { return }
            values.removeAll(keepingCapacity: true)
            if !isSimulated { signal.advance() }
            for (place, channel) in channels.enumerated() {
                var value: Int64
                if isSimulated {
                    value = simulated(channel)
                } else if let recording = settings.recording, channel < recording.columns.count {
                    value = recording.columns[channel][row % recording.count]
                } else {
                    value = signal.value(of: channel)
                }
                if BitalinoFrame.bits(at: place) == 6 { value >>= 4 }
                values.append(value)
            }
            let digital = isSimulated ? sequence : inputs | outputs
            BitalinoFrame.encode(
                sequence: sequence, digital: digital, values: values, into: &frame)
            logged.removeAll(keepingCapacity: true)
            logged.append(Int64(sequence))
            logged.append(Int64(digital))
            logged.append(contentsOf: values)
            try outlet.send(frame, due: due, now: now, values: logged)
            sequence = (sequence + 1) & 15
            row += 1
            step = (step + 1) % 1000
            schedule?.advance()
            if let limit, outlet.counts.made >= limit {
                schedule = nil
                try outlet.note("done", now: now)
                if !settings.staysWhenDone { doneAt = now }
            }
        }

        /// A wave for each channel, each of another frequency.
        private func simulated(_ channel: Int) -> Int64 {
            let turns = Double(step) * Double([1, 2, 5, 10, 20, 50][channel]) / 1000
            return Int64((511.5 + 511 * sin(2 * .pi * turns)).rounded())
        }

        private mutating func obey(_ byte: UInt8, now: Instant) throws(VirtualDeviceError) {
            if awaitsPulseWidth {
                awaitsPulseWidth = false
                try outlet.noteCommand([byte], "pulse-width-value \(byte)", now: now)
                return
            }
            guard let command = BitalinoCommand(byte, isSending: schedule != nil) else {
                try outlet.noteCommand([byte], "ignored", understood: false, now: now)
                return
            }
            try outlet.noteCommand([byte], command.meaning, now: now)
            switch command {
            case .rate(let wanted): rate = wanted
            case .start(let mask, let simulated):
                try start(mask: mask, simulated: simulated, now: now)
            case .stop, .idle:
                if schedule != nil { try outlet.note("stopped", now: now) }
                schedule = nil
            case .version: try outlet.reply(Array(VirtualBitalino.firmware.utf8), now: now)
            case .state: try outlet.reply(stateAnswer(), now: now)
            case .batteryThreshold(let value): batteryThreshold = value
            // O1 is bit 1 of the digital lines, O2 bit 0.
            case .outputs(let bits): outputs = (bits & 1) << 1 | bits >> 1
            case .pulseWidth: awaitsPulseWidth = true
            }
        }

        private mutating func start(
            mask: UInt8, simulated: Bool, now: Instant
        ) throws(VirtualDeviceError) {
            let wanted = (0..<6).filter { mask & (1 << $0) != 0 }
            if let limit, outlet.counts.made >= limit {
                try outlet.note("nothing-left", now: now)
                return
            }
            guard wanted.allSatisfy({ $0 < settings.channels }) else {
                try outlet.note("no-such-channel", now: now)
                return
            }
            channels = wanted
            isSimulated = simulated
            sequence = 0
            step = 0
            signal = PhysiologicalSignal(rate: Double(rate), seed: settings.seed)
            schedule = SampleSchedule(
                start: now, rate: Double(rate), impairments: settings.impairments,
                seed: settings.seed)
            let names = channels.map { "A\($0 + 1)" }.joined(separator: ",")
            try outlet.note("started rate \(rate) channels \(names)", now: now)
        }

        /// Six channels and the battery as u16, the threshold, and the digital lines with a checksum.
        private func stateAnswer() -> [UInt8] {
            var signal = signal
            var answer: [UInt8] = []
            for channel in 0..<6 {
                let value = UInt16(truncatingIfNeeded: signal.value(of: channel))
                answer.append(UInt8(truncatingIfNeeded: value))
                answer.append(UInt8(truncatingIfNeeded: value >> 8))
            }
            // A battery of 3.7 V, as the divider and the 3.3 V converter see it.
            answer.append(contentsOf: [0x3E, 0x02, batteryThreshold, (inputs | outputs) << 4])
            answer[15] |= BitalinoFrame.checksum(answer)
            return answer
        }
    }
}
