import Glibc
import Timebase

/// A Shimmer3 GSR+ with the firmware LogAndStream 0.15.4, behind its serial port profile.
struct ShimmerBehaviour: DeviceBehaviour {
    /// What it says of itself: type 3 (LogAndStream), version 0.15, patch 4.
    static let firmware: [UInt8] = [0x03, 0x00, 0x00, 0x00, 0x0F, 0x04]
    /// Shimmer3.
    static let hardware: UInt8 = 3
    /// Ticks of its clock in a second.
    static let ticksPerSecond = 32768.0

    private let settings: VirtualDeviceSettings
    private var schedule: SampleSchedule?
    private var source: SignalSource
    private var divider: UInt16
    private var sensors: UInt32 = ShimmerChannel.skinResistance.sensor
    private var range = 4
    private var checksumBytes = 0
    private var acknowledgesStatus = true
    private var channels: [ShimmerChannel] = []
    private var ticks: UInt32
    private var nextStatus: Instant?
    private var pending: [UInt8] = []
    private var packet: [UInt8] = []
    private var values: [Int64] = []

    init(_ settings: VirtualDeviceSettings) throws(VirtualDeviceError) {
        let rate = settings.options.rate ?? 128
        guard rate >= 1, rate <= 4096 else {
            throw VirtualDeviceError(.setting, "A Shimmer samples at 1 to 4096 Hz, not \(rate).")
        }
        self.settings = settings
        divider = UInt16((Self.ticksPerSecond / rate).rounded())
        ticks = settings.options.ticksStart & 0xFF_FFFF
        source = SignalSource(rate: rate, seed: settings.seed, recording: settings.recording)
    }

    var due: Instant? { schedule.map { min($0.delivery, nextStatus ?? $0.delivery) } }
    var isExhausted: Bool { source.isExhausted }

    mutating func unplug(now: Instant) {
        schedule = nil
        nextStatus = nil
        pending = []
        checksumBytes = 0
        acknowledgesStatus = true
    }

    mutating func receive(
        _ bytes: [UInt8], now: Instant, outlet: inout DeviceOutlet
    ) throws(VirtualDeviceError) {
        pending.append(contentsOf: bytes)
        while let first = pending.first {
            let length = 1 + Self.arguments(of: first)
            guard pending.count >= length else { return }
            let command = Array(pending[0..<length])
            pending.removeFirst(length)
            try obey(command, now: now, outlet: &outlet)
        }
    }

    /// How many bytes follow a command's first one.
    private static func arguments(of command: UInt8) -> Int {
        switch command {
        case 0x05: 2
        case 0x08: 3
        case 0x21, 0x8B, 0xA3: 1
        default: 0
        }
    }

    private mutating func obey(
        _ command: [UInt8], now: Instant, outlet: inout DeviceOutlet
    ) throws(VirtualDeviceError) {
        var answer: [UInt8] = [0xFF]
        let meaning: String
        switch command[0] {
        case 0x01:
            answer += inquiry()
            meaning = "inquiry"
        case 0x2E:
            answer += [0x2F] + Self.firmware
            meaning = "firmware"
        case 0x3F:
            answer += [0x25, Self.hardware]
            meaning = "hardware"
        case 0x05:
            divider = max(1, UInt16(command[1]) | UInt16(command[2]) << 8)
            meaning = "divider \(divider)"
        case 0x08:
            sensors = UInt32(command[1]) | UInt32(command[2]) << 8 | UInt32(command[3]) << 16
            meaning = "sensors \(sensors)"
        case 0x21:
            range = min(4, Int(command[1]))
            meaning = "range \(range)"
        case 0x8B:
            checksumBytes = min(2, Int(command[1]))
            meaning = "checksum \(checksumBytes)"
        case 0xA3:
            acknowledgesStatus = command[1] != 0
            meaning = "status-acknowledge \(command[1])"
        case 0x72:
            answer += [0x8A, 0x71, status]
            meaning = "status"
        case 0x07: meaning = "start"
        case 0x20: meaning = "stop"
        default:
            try outlet.noteCommand(command, "ignored", understood: false, now: now)
            return
        }
        try outlet.noteCommand(command, meaning, now: now)
        if command[0] == 0x20, schedule != nil {
            schedule = nil
            try outlet.note("stopped", now: now)
        }
        try outlet.reply(sealed(answer), now: now)
        if command[0] == 0x07 { try start(now: now, outlet: &outlet) }
    }

    /// Which channels the mask asks for, in the order of their numbers.
    private var wanted: [ShimmerChannel] {
        ShimmerChannel.allCases.filter { sensors & $0.sensor != 0 }
    }

    /// Divider, configuration with the range at bits 25 to 27, channels, buffer size, channel numbers.
    private func inquiry() -> [UInt8] {
        var answer: [UInt8] = [0x02]
        answer.append(little: Int64(divider), bytes: 2)
        answer.append(little: 0x0101_FF01 | Int64(range) << 25, bytes: 4)
        answer.append(UInt8(wanted.count))
        answer.append(1)
        answer.append(contentsOf: wanted.map(\.rawValue))
        return answer
    }

    /// Sensing and streaming, or neither; no dock, no card.
    private var status: UInt8 { schedule == nil ? 0 : 0x12 }

    private mutating func start(
        now: Instant, outlet: inout DeviceOutlet
    ) throws(VirtualDeviceError) {
        guard schedule == nil else { return }
        guard !source.isExhausted else {
            try outlet.note("nothing-left", now: now)
            return
        }
        channels = wanted
        let rate = Self.ticksPerSecond / Double(divider)
        if settings.recording == nil { source = SignalSource(rate: rate, seed: settings.seed) }
        schedule = SampleSchedule(
            start: now, rate: rate, impairments: settings.impairments, seed: settings.seed)
        scheduleStatus(after: now)
        let names = channels.map { String($0.rawValue) }.joined(separator: ",")
        try outlet.note("started divider \(divider) channels \(names)", now: now)
    }

    private mutating func scheduleStatus(after now: Instant) {
        let seconds = settings.options.statusEverySeconds
        nextStatus = seconds > 0 ? now + Int64(clamping: seconds * 1e9) : nil
    }

    mutating func sendDue(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError) {
        if let nextStatus, nextStatus <= now {
            scheduleStatus(after: now)
            try outlet.reply(
                sealed((acknowledgesStatus ? [0xFF] : []) + [0x8A, 0x71, status]), now: now)
            try outlet.note("status \(status)", now: now)
        }
        guard let next = schedule, next.delivery <= now else { return }
        source.advance()
        values.removeAll(keepingCapacity: true)
        values.append(Int64(ticks))
        packet.removeAll(keepingCapacity: true)
        packet.append(0)
        packet.append(little: Int64(ticks), bytes: 3)
        for (place, channel) in channels.enumerated() {
            let value = source.recorded(place) ?? measure(channel)
            values.append(value)
            packet.append(little: value, bytes: 2)
        }
        if checksumBytes > 0 { packet = sealed(packet) }
        try outlet.send(packet, due: next.due, now: now, values: values)
        ticks = (ticks + UInt32(divider)) & 0xFF_FFFF
        schedule?.advance()
    }

    private mutating func measure(_ channel: ShimmerChannel) -> Int64 {
        let steps: Double
        switch channel {
        case .skinResistance:
            return ShimmerSkinSensor.raw(
                microsiemens: source.body.skinConductance(), range: range)
        case .internalADC13: steps = 1600 + 1100 * source.body.pulseWave()
        case .internalADC12: steps = 2048 + 900 * source.body.breathing + 3 * source.body.noise()
        case .internalADC1: steps = 2048 + 600 * source.body.electrocardiogram()
        case .internalADC14: steps = 2048 + 8 * source.body.noise()
        }
        return Int64(max(0, min(4095, steps.rounded())))
    }

    /// A message with its check bytes, if the host asked for some.
    private func sealed(_ message: [UInt8]) -> [UInt8] {
        guard checksumBytes > 0 else { return message }
        let sum = Self.checksum(message)
        var sealed = message
        sealed.append(little: Int64(sum), bytes: checksumBytes)
        return sealed
    }

    /// The CRC (CCITT polynomial, beginning with 0xB0CA) of a message that is padded to an even length,
    /// as the maker's firmware computes it.
    static func checksum(_ message: [UInt8]) -> UInt16 {
        var sum: UInt16 = 0xB0CA
        for byte in message + (message.count % 2 == 1 ? [0] : []) {
            sum ^= UInt16(byte) << 8
            for _ in 0..<8 { sum = sum & 0x8000 == 0 ? sum << 1 : (sum << 1) ^ 0x1021 }
        }
        return sum
    }
}
