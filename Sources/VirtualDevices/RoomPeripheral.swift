import Timebase

/// A room sensor with the Environmental Sensing Service (0x181A).
struct RoomPeripheral: BluetoothPeripheral {
    /// What the log's values mean.
    static let columns =
        "stream (0 temperature in 0.01 °C, 1 humidity in 0.01 %, 2 pressure in 0.1 Pa), value"

    private static let names = ["temperature", "humidity", "pressure"]
    private let settings: VirtualDeviceSettings
    private var schedules = SubscriptionSchedules()
    private var generator: SimulationGenerator
    private var levels = [22.4, 41.0, 101_325.0]
    private var rows = [0, 0, 0]

    init(_ settings: VirtualDeviceSettings) {
        self.settings = settings
        generator = SimulationGenerator(seed: settings.seed, purpose: 0x2003)
    }

    let characteristics = RoomPeripheral.names.map {
        BluetoothCharacteristic($0, [.notify, .read])
    }

    var due: Instant? { schedules.due }
    var isExhausted: Bool {
        settings.recording.map { recording in rows.contains { $0 >= recording.count } } ?? false
    }

    mutating func disconnect(now: Instant) { schedules.removeAll() }

    mutating func subscribe(_ name: String, _ isOn: Bool, now: Instant) {
        schedules.set(name, isOn, rate: settings.options.rate ?? 1, settings: settings, now: now)
    }

    mutating func read(_ name: String, now: Instant) -> [UInt8] {
        let stream = Self.names.firstIndex(of: name) ?? 0
        return Self.packet(stream, value(stream))
    }

    mutating func sendDue(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError) {
        guard let next = schedules.take(now: now),
            let stream = Self.names.firstIndex(of: next.name)
        else { return }
        levels[stream] += [0.003, 0.02, 0.6][stream] * generator.normal()
        var value = value(stream)
        if let recording = settings.recording, stream < recording.columns.count {
            value = recording.columns[stream][rows[stream]]
        }
        rows[stream] += 1
        try outlet.notify(
            next.name, Self.packet(stream, value), due: next.due, now: now,
            values: [Int64(stream), value])
    }

    private func value(_ stream: Int) -> Int64 {
        Int64((levels[stream] * [100, 100, 10][stream]).rounded())
    }

    /// s16, u16, u32.
    static func packet(_ stream: Int, _ value: Int64) -> [UInt8] {
        var packet: [UInt8] = []
        packet.append(little: value, bytes: stream == 2 ? 4 : 2)
        return packet
    }
}
