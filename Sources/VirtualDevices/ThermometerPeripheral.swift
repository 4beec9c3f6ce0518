import SystemCalls
import Timebase

/// A thermometer with the Health Thermometer Service (0x1809): each 2 s a FLOAT in °C with two decimals,
/// a timestamp in every second packet, and where it is worn; while it measures, intermediate ones.
///
/// Source: Bluetooth SIG, Health Thermometer Service 1.0.
struct ThermometerPeripheral: BluetoothPeripheral {
    /// What the log's values mean.
    static let columns =
        "stream (0 measurement, 1 intermediate), hundredths of a degree, whether a timestamp is there"

    private let settings: VirtualDeviceSettings
    private var schedules = SubscriptionSchedules()
    private var generator: SimulationGenerator
    private var temperature = 36.4
    private var row = 0

    init(_ settings: VirtualDeviceSettings) {
        self.settings = settings
        generator = SimulationGenerator(seed: settings.seed, purpose: 0x7E47)
    }

    let characteristics = [
        BluetoothCharacteristic("measurement", .notify),
        BluetoothCharacteristic("intermediate", .notify),
    ]

    var due: Instant? { schedules.due }
    var isExhausted: Bool { settings.recording.map { row >= $0.count } ?? false }

    mutating func disconnect(now: Instant) { schedules.removeAll() }

    mutating func subscribe(_ name: String, _ isOn: Bool, now: Instant) {
        schedules.set(
            name, isOn, rate: settings.options.rate ?? (name == "measurement" ? 0.5 : 1),
            settings: settings, now: now)
    }

    mutating func sendDue(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError) {
        guard let next = schedules.take(now: now) else { return }
        temperature += (36.4 - temperature) * 0.01 + 0.01 * generator.normal()
        var hundredths = Int64((100 * temperature).rounded())
        let isFinal = next.name == "measurement"
        if isFinal {
            if let recording = settings.recording, row < recording.count {
                hundredths = recording.columns[0][row]
            }
            row += 1
        }
        let isStamped = isFinal && row % 2 == 0
        try outlet.notify(
            next.name,
            Self.packet(hundredths: hundredths, stamp: isStamped ? Clocks.realtime() : nil),
            due: next.due, now: now, values: [isFinal ? 0 : 1, hundredths, isStamped ? 1 : 0])
    }

    /// Flags (bit 0 °F, bit 1 timestamp, bit 2 type), FLOAT, timestamp, type 2: body.
    static func packet(hundredths: Int64, stamp: Int64?) -> [UInt8] {
        var packet: [UInt8] = [stamp == nil ? 0x04 : 0x06]
        packet.append(
            little: Int64(MedicalFloat.long(mantissa: hundredths, exponent: -2)), bytes: 4)
        if let stamp { packet.append(contentsOf: WireDate.bytes(realtime: stamp)) }
        packet.append(2)
        return packet
    }
}
