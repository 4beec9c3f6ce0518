import Timebase

/// A Bangle.js watch with the app "Android Integration": lines of JSON over its Nordic UART service, 20
/// bytes at a time.
///
/// `GB({"t":"act",…})` switches heart rate and steps on and off; the acceleration comes each second from
/// the subscription on, as if the app "Acceleration Data Provider" were installed.
/// Source: espruino.com/Gadgetbridge.
struct BanglePeripheral: BluetoothPeripheral {
    /// What the log's values mean.
    static let columns =
        "stream (0 act, 1 accel), then of act: steps and beats a minute; of accel: x y z magnitude in "
        + "thousandths of g"

    private let settings: VirtualDeviceSettings
    private var activity: SampleSchedule?
    private var movement: SampleSchedule?
    private var beats: HeartBeats
    private var generator: SimulationGenerator
    private var stream = NotificationStream()
    private var console: [UInt8] = []
    private var row = 0

    init(_ settings: VirtualDeviceSettings) {
        self.settings = settings
        beats = HeartBeats(seed: settings.seed)
        generator = SimulationGenerator(seed: settings.seed, purpose: 0xBA27)
    }

    let characteristics = [
        BluetoothCharacteristic("output", .notify), BluetoothCharacteristic("input", .write),
    ]

    var due: Instant? { earlier(activity?.delivery, movement?.delivery) }
    var isExhausted: Bool { settings.recording.map { row >= $0.count } ?? false }

    mutating func disconnect(now: Instant) {
        activity = nil
        movement = nil
        console = []
        stream.removeAll()
    }

    mutating func subscribe(_ name: String, _ isOn: Bool, now: Instant) {
        movement = isOn ? schedule(seconds: 1 / (settings.options.rate ?? 1), now) : nil
        stream.removeAll()
    }

    private func schedule(seconds: Double, _ now: Instant) -> SampleSchedule {
        SampleSchedule(
            start: now, rate: 1 / seconds, impairments: settings.impairments,
            seed: settings.seed)
    }

    mutating func write(_ name: String, _ bytes: [UInt8], now: Instant) -> BluetoothAnswer {
        console.append(contentsOf: bytes)
        var meaning = "part of a line"
        while let end = console.firstIndex(of: 0x0A) {
            // 0x10 in front only switches the console's echo off.
            let line = String(decoding: console[..<end].filter { $0 > 0x20 }, as: UTF8.self)
            console.removeFirst(end + 1)
            guard line.hasPrefix("GB({"), line.contains("\"t\":\"act\"") else {
                meaning = "program"
                continue
            }
            if line.contains("\"hrm\":true") || line.contains("\"stp\":true") {
                let number = line.digits(after: "\"int\":")
                let seconds = max(1, min(3600, Double(number) ?? 1))
                activity = schedule(seconds: seconds, now)
                meaning = "activity each \(Int(seconds)) s"
            } else {
                activity = nil
                meaning = "activity off"
            }
        }
        if console.count > 4096 { console = [] }
        return .understood(meaning)
    }

    mutating func sendDue(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError) {
        let isSubscribed = movement != nil
        if let next = activity, next.delivery <= now {
            activity?.advance()
            _ = beats.beats(until: next.due)
            var rate = Int64((60 / beats.interval).rounded())
            if let recording = settings.recording, row < recording.count {
                rate = recording.columns[0][row]
                row += 1
            }
            let steps = Int64(generator.next() % 3)
            stream.append(
                Array("{\"t\":\"act\",\"stp\":\(steps),\"hrm\":\(rate),\"rt\":1}\n".utf8),
                due: next.due, values: [0, steps, rate])
        } else if let next = movement, next.delivery <= now {
            movement?.advance()
            var values = [30, -120, -990].map { Int64(($0 + 6 * generator.normal()).rounded()) }
            let squares = values.reduce(0) { $0 + $1 * $1 }
            values.append(Int64(Double(squares).squareRoot().rounded()))
            let text = values.map { DecimalText.text($0, decimals: 3) }
            stream.append(
                Array(
                    ("{\"t\":\"accel\",\"accel\":{\"x\":\(text[0]),\"y\":\(text[1]),\"z\":"
                        + "\(text[2]),\"diff\":0.01,\"td\":0,\"mag\":\(text[3])}}\n").utf8),
                due: next.due, values: [1] + values)
        }
        if isSubscribed {
            try stream.flush("output", all: true, now: now, outlet: &outlet)
        } else {
            stream.removeAll()
        }
    }
}

extension String {
    /// The digits behind a text; nothing where it does not occur.
    fileprivate func digits(after text: String) -> String {
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(text) {
                return String(rest.dropFirst(text.count).prefix { $0.isNumber || $0 == "." })
            }
            rest = rest.dropFirst()
        }
        return ""
    }
}
