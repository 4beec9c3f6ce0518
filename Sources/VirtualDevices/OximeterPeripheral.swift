import SystemCalls
import Timebase

/// A pulse oximeter with the Pulse Oximeter Service (0x1822): a packet with all its optional fields each
/// second, and a spot reading each 20 s.
///
/// Source: Bluetooth SIG, Pulse Oximeter Service 1.0.1.
struct OximeterPeripheral: BluetoothPeripheral {
    /// What the log's values mean.
    static let columns =
        "stream (0 continuous, 1 spot), then saturation in tenths of a percent and beats a minute; of "
        + "continuous: normal, fast, slow; then measurement status, device status, amplitude in hundredths; "
        + "-1 missing"

    private let settings: VirtualDeviceSettings
    private var source: OximetrySource
    private var schedules = SubscriptionSchedules()
    private var slow: OximetrySource.Reading?

    init(_ settings: VirtualDeviceSettings) {
        self.settings = settings
        source = OximetrySource(settings)
    }

    let characteristics = [
        BluetoothCharacteristic("continuous", .notify), BluetoothCharacteristic("spot", .notify),
        BluetoothCharacteristic("battery", .read),
    ]

    var information: [String: [UInt8]] {
        Self.information(model: "Oximeter", seed: settings.seed)
    }

    var due: Instant? { schedules.due }
    var isExhausted: Bool { source.isExhausted }

    mutating func disconnect(now: Instant) { schedules.removeAll() }

    /// The battery's percent.
    mutating func read(_ name: String, now: Instant) -> [UInt8] { [64] }

    mutating func subscribe(_ name: String, _ isOn: Bool, now: Instant) {
        schedules.set(
            name, isOn, rate: name == "spot" ? 0.05 : settings.options.rate ?? 1,
            settings: settings, now: now)
    }

    mutating func sendDue(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError) {
        guard let next = schedules.take(now: now) else { return }
        let reading = source.reading(at: next.due)
        if next.name == "spot" {
            try sendSpot(reading, due: next.due, now: now, outlet: &outlet)
        } else {
            try sendContinuous(reading, due: next.due, now: now, outlet: &outlet)
        }
    }

    private mutating func sendContinuous(
        _ normal: OximetrySource.Reading?, due: Instant, now: Instant, outlet: inout DeviceOutlet
    ) throws(VirtualDeviceError) {
        var fast = normal
        if let value = normal?.saturation { fast?.saturation = min(1000, value + 2) }
        // The slow one follows over some packets.
        if let normal {
            let last = slow ?? normal
            slow = OximetrySource.Reading(
                saturation: (3 * last.saturation + normal.saturation) / 4,
                rate: (3 * last.rate + normal.rate) / 4, amplitude: normal.amplitude)
        } else {
            slow = nil
        }
        // Bit 8: fully qualified; bit 13: unavailable. Of the device: bits 3 and 11, inadequate
        // signal and not on the user.
        let status: Int64 = normal == nil ? 0x2000 : 0x0100
        let deviceStatus: Int64 = normal == nil ? 0x00_0808 : 0
        let packet = Self.continuous(
            [normal, fast, slow], status: status, deviceStatus: deviceStatus,
            amplitude: normal?.amplitude)
        var values: [Int64] = [0]
        for reading in [normal, fast, slow] {
            values += [reading?.saturation ?? -1, reading?.rate ?? -1]
        }
        values += [status, deviceStatus, normal?.amplitude ?? -1]
        try outlet.notify("continuous", packet, due: due, now: now, values: values)
    }

    private func sendSpot(
        _ reading: OximetrySource.Reading?, due: Instant, now: Instant,
        outlet: inout DeviceOutlet
    ) throws(VirtualDeviceError) {
        // Flags: timestamp, measurement status, amplitude.
        var packet: [UInt8] = [0x01 | 0x02 | 0x08]
        Self.append(reading, to: &packet)
        packet.append(contentsOf: WireDate.bytes(realtime: Clocks.realtime()))
        packet.append(little: 0x0100, bytes: 2)
        packet.append(
            little: Int64(
                reading.map { MedicalFloat.short(mantissa: $0.amplitude, exponent: -2) }
                    ?? MedicalFloat.shortMissing), bytes: 2)
        try outlet.notify(
            "spot", packet, due: due, now: now,
            values: [
                1, reading?.saturation ?? -1, reading?.rate ?? -1, 0x0100, 0,
                reading?.amplitude ?? -1,
            ])
    }

    /// The bytes of a continuous packet with all optional fields.
    /// - Parameter readings: normal, fast, slow; nil is not a number.
    static func continuous(
        _ readings: [OximetrySource.Reading?], status: Int64, deviceStatus: Int64,
        amplitude: Int64?
    ) -> [UInt8] {
        var packet: [UInt8] = [0x1F]
        for reading in readings { append(reading, to: &packet) }
        packet.append(little: status, bytes: 2)
        packet.append(little: deviceStatus, bytes: 3)
        packet.append(
            little: Int64(
                amplitude.map { MedicalFloat.short(mantissa: $0, exponent: -2) }
                    ?? MedicalFloat.shortMissing), bytes: 2)
        return packet
    }

    private static func append(_ reading: OximetrySource.Reading?, to packet: inout [UInt8]) {
        let missing = Int64(MedicalFloat.shortMissing)
        packet.append(
            little: reading.map {
                Int64(MedicalFloat.short(mantissa: $0.saturation, exponent: -1))
            } ?? missing, bytes: 2)
        packet.append(
            little: reading.map { Int64(MedicalFloat.short(mantissa: $0.rate, exponent: 0)) }
                ?? missing, bytes: 2)
    }
}
