import Timebase

/// A Bangle.js watch that sends lines of JSON over its Nordic UART service, 20 bytes at a time.
struct BanglePeripheral: BluetoothPeripheral {
    /// What the log's values mean.
    static let columns =
        "stream (0 hrm, 1 accel), then of hrm: bpm confidence; of accel: x y z in thousandths of g"

    private let settings: VirtualDeviceSettings
    private var heart: SampleSchedule?
    private var movement: SampleSchedule?
    private var beats: HeartBeats
    private var generator: SimulationGenerator
    private var stream = NotificationStream()
    private var row = 0

    init(_ settings: VirtualDeviceSettings) {
        self.settings = settings
        beats = HeartBeats(seed: settings.seed)
        generator = SimulationGenerator(seed: settings.seed, purpose: 0xBA27)
    }

    let characteristics = [
        BluetoothCharacteristic("receive", .notify), BluetoothCharacteristic("transmit", .write),
    ]

    var due: Instant? { earlier(heart?.delivery, movement?.delivery) }
    var isExhausted: Bool { settings.recording.map { row >= $0.count } ?? false }

    mutating func disconnect(now: Instant) {
        heart = nil
        movement = nil
        stream.removeAll()
    }

    mutating func subscribe(_ name: String, _ isOn: Bool, now: Instant) {
        disconnect(now: now)
        guard isOn else { return }
        heart = schedule(1, now)
        movement = schedule(settings.options.rate ?? 12.5, now)
    }

    private func schedule(_ rate: Double, _ now: Instant) -> SampleSchedule {
        SampleSchedule(
            start: now, rate: rate, impairments: settings.impairments, seed: settings.seed)
    }

    /// The watch runs what it is sent; here it is only written down.
    mutating func write(_ name: String, _ bytes: [UInt8], now: Instant) -> BluetoothAnswer {
        .understood("program \(bytes.count)")
    }

    mutating func sendDue(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError) {
        if let next = heart, next.delivery <= now {
            heart?.advance()
            _ = beats.beats(until: next.due)
            var rate = Int64((60 / beats.interval).rounded())
            if let recording = settings.recording, row < recording.count {
                rate = recording.columns[0][row]
                row += 1
            }
            let confidence = Int64(90 + generator.next() % 11)
            stream.append(
                Array("{\"t\":\"hrm\",\"bpm\":\(rate),\"confidence\":\(confidence)}\n".utf8),
                due: next.due, values: [0, rate, confidence])
        } else if let next = movement, next.delivery <= now {
            movement?.advance()
            let values = [30, -120, -990].map { Int64(($0 + 6 * generator.normal()).rounded()) }
            let text = zip(["x", "y", "z"], values).map { "\"\($0)\":\(DecimalText.text($1, decimals: 3))" }
            stream.append(
                Array("{\"t\":\"accel\",\(text.joined(separator: ","))}\n".utf8), due: next.due,
                values: [1] + values)
        }
        try stream.flush("receive", all: true, now: now, outlet: &outlet)
    }
}
