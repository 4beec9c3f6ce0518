import Timebase

/// A BITalino with a Bluetooth LE module: the commands and frames of the serial one, as a byte stream in
/// notifications of at most 20 bytes.
struct BitalinoPeripheral: BluetoothPeripheral {
    /// What the log's values mean.
    static let columns =
        "sequence digital, then the acquired channels in order, as the last command `start` lists them in "
        + "its mask"

    private let settings: VirtualDeviceSettings
    private var rate: Int
    private var channels: [Int] = []
    private var isSubscribed = false
    private var schedule: SampleSchedule?
    private var source: SignalSource
    private var sequence: UInt8 = 0
    private var outputs: UInt8 = 0
    private var batteryThreshold: UInt8 = 0
    private var awaitsPulseWidth = false
    private var stream = NotificationStream()
    private var frame: [UInt8] = []

    init(_ settings: VirtualDeviceSettings) throws(VirtualDeviceError) {
        let rate = Int(settings.options.rate ?? 1000)
        guard [1, 10, 100, 1000].contains(rate) else {
            throw VirtualDeviceError(
                .setting, "A BITalino samples at 1, 10, 100 or 1000 Hz, not \(rate).")
        }
        self.settings = settings
        self.rate = rate
        source = SignalSource(
            rate: Double(rate), seed: settings.seed, recording: settings.recording)
    }

    let characteristics = [
        BluetoothCharacteristic("commands", .write), BluetoothCharacteristic("frames", .notify),
    ]

    var due: Instant? { schedule?.delivery }
    var isExhausted: Bool { source.isExhausted }

    mutating func disconnect(now: Instant) {
        isSubscribed = false
        schedule = nil
        awaitsPulseWidth = false
        stream.removeAll()
    }

    mutating func subscribe(_ name: String, _ isOn: Bool, now: Instant) { isSubscribed = isOn }

    mutating func write(_ name: String, _ bytes: [UInt8], now: Instant) -> BluetoothAnswer {
        var answer = BluetoothAnswer()
        var meanings: [String] = []
        for byte in bytes {
            if awaitsPulseWidth {
                awaitsPulseWidth = false
                meanings.append("pulse-width-value \(byte)")
                continue
            }
            guard let command = BitalinoCommand(byte, isSending: schedule != nil) else { continue }
            meanings.append(command.meaning)
            switch command {
            case .rate(let wanted): rate = wanted
            case .start(let mask, _): start(mask: mask, now: now)
            case .stop, .idle:
                schedule = nil
                stream.removeAll()
            case .version: answer.replies += pieces(Array(VirtualBitalino.firmware.utf8))
            case .state: answer.replies += pieces(stateAnswer())
            case .batteryThreshold(let value): batteryThreshold = value
            // O1 is bit 1 of the digital lines, O2 bit 0.
            case .outputs(let bits): outputs = (bits & 1) << 1 | bits >> 1
            case .pulseWidth: awaitsPulseWidth = true
            }
        }
        answer.meaning = meanings.isEmpty ? nil : meanings.joined(separator: ", ")
        return answer
    }

    private func pieces(_ bytes: [UInt8]) -> [(name: String, bytes: [UInt8])] {
        stride(from: 0, to: bytes.count, by: NotificationStream.limit).map {
            ("frames", Array(bytes[$0..<min(bytes.count, $0 + NotificationStream.limit)]))
        }
    }

    private mutating func start(mask: UInt8, now: Instant) {
        channels = (0..<6).filter { mask & (1 << $0) != 0 }
        sequence = 0
        stream.removeAll()
        if settings.recording == nil {
            source = SignalSource(rate: Double(rate), seed: settings.seed)
        }
        schedule = SampleSchedule(
            start: now, rate: Double(rate), impairments: settings.impairments,
            seed: settings.seed)
    }

    /// Six channels and the battery as u16, the threshold, and the digital lines with a checksum.
    private mutating func stateAnswer() -> [UInt8] {
        var answer: [UInt8] = []
        for channel in 0..<6 {
            answer.append(little: source.body.value(of: channel), bytes: 2)
        }
        answer.append(contentsOf: [0x3E, 0x02, batteryThreshold, outputs << 4])
        answer[15] |= BitalinoFrame.checksum(answer)
        return answer
    }

    mutating func sendDue(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError) {
        guard let next = schedule else { return }
        source.advance()
        var values: [Int64] = []
        for (place, channel) in channels.enumerated() {
            let value = source.recorded(channel) ?? source.body.value(of: channel)
            values.append(BitalinoFrame.bits(at: place) == 6 ? value >> 4 : value)
        }
        BitalinoFrame.encode(sequence: sequence, digital: outputs, values: values, into: &frame)
        stream.append(frame, due: next.due, values: [Int64(sequence), Int64(outputs)] + values)
        sequence = (sequence + 1) & 15
        schedule?.advance()
        if isSubscribed {
            // At low rates the module does not wait for a full packet, nor at a recording's end.
            try stream.flush(
                "frames", all: rate <= 10 || source.isExhausted, now: now, outlet: &outlet)
        } else {
            stream.removeAll()
        }
    }
}
