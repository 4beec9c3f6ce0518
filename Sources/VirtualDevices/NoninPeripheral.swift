import Timebase

/// A Nonin 3150 or 3230 finger oximeter: a packet of its own each second, big-endian.
struct NoninPeripheral: BluetoothPeripheral {
    /// What the log's values mean.
    static let columns =
        "status, battery in tenths of a volt, amplitude in hundredths, counter, saturation in percent "
        + "(127 missing), beats a minute (511 missing)"

    private let settings: VirtualDeviceSettings
    private var source: OximetrySource
    private var schedules = SubscriptionSchedules()
    private var counter: Int64 = 0

    init(_ settings: VirtualDeviceSettings) {
        self.settings = settings
        source = OximetrySource(settings)
    }

    let characteristics = [BluetoothCharacteristic("oximetry", .notify)]

    var information: [String: [UInt8]] {
        Self.information(model: "3150", seed: settings.seed)
    }

    var due: Instant? { schedules.due }
    var isExhausted: Bool { source.isExhausted }

    mutating func disconnect(now: Instant) {
        schedules.removeAll()
        counter = 0
    }

    mutating func subscribe(_ name: String, _ isOn: Bool, now: Instant) {
        schedules.set(name, isOn, rate: settings.options.rate ?? 1, settings: settings, now: now)
    }

    mutating func sendDue(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError) {
        guard let next = schedules.take(now: now) else { return }
        let reading = source.reading(at: next.due)
        // Bit 2: a reading that settled; bit 3: it searches for a pulse.
        let status: Int64 = reading == nil ? 0x08 : 0x04
        let values: [Int64] = [
            status, 29, reading?.amplitude ?? 0, counter,
            reading.map { ($0.saturation + 5) / 10 } ?? 127, reading?.rate ?? 511,
        ]
        try outlet.notify(
            "oximetry", Self.packet(values), due: next.due, now: now, values: values)
        counter = (counter + 1) & 0xFFFF
    }

    /// The bytes of a packet; the length counts itself.
    static func packet(_ values: [Int64]) -> [UInt8] {
        var packet: [UInt8] = [10]
        for (value, count) in zip(values, [1, 1, 2, 2, 1, 2]) {
            packet.append(big: value, bytes: count)
        }
        return packet
    }
}
