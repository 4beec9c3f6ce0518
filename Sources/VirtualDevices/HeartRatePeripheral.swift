import Timebase

/// A chest strap with the Heart Rate Service (0x180D), a battery and a location.
///
/// Once a second it notifies the rate and the RR intervals of the beats since the last notification, in
/// 1/1024 s; every tenth packet holds the energy. Source: Bluetooth SIG, Heart Rate Service 1.0.
struct HeartRatePeripheral: BluetoothPeripheral {
    /// What the log's values mean.
    static let columns =
        "stream (0 measurement, 1 battery), then of measurement: bpm contact (0 to 3) energy (-1 none) "
        + "microseconds from the last beat to due (-1 none) RR intervals in 1/1024 s oldest first; of "
        + "battery: percent"

    private let settings: VirtualDeviceSettings
    private var beats: HeartBeats
    private var measurement: SampleSchedule?
    private var battery: SampleSchedule?
    private var generator: SimulationGenerator
    private var row = 0
    private var energy: Int64 = 0
    private var packets: Int64 = 0
    private var connectedAt = Instant(nanoseconds: 0)
    private var contactLost: (from: Instant, to: Instant)?
    private var mean = 60 / 0.86

    init(_ settings: VirtualDeviceSettings) {
        self.settings = settings
        beats = HeartBeats(seed: settings.seed)
        generator = SimulationGenerator(seed: settings.seed, purpose: 0x4EA7)
    }

    let characteristics = [
        BluetoothCharacteristic("measurement", .notify),
        BluetoothCharacteristic("battery", [.notify, .read]),
        BluetoothCharacteristic("location", .read),
        BluetoothCharacteristic("control", .write),
    ]

    var information: [String: [UInt8]] {
        Self.information(model: "Strap", seed: settings.seed)
    }

    var due: Instant? { earlier(measurement?.delivery, battery?.delivery) }
    var isExhausted: Bool { settings.recording.map { row >= $0.count } ?? false }

    mutating func connect(now: Instant) {
        connectedAt = now
        loseContact(after: now)
    }

    mutating func disconnect(now: Instant) {
        measurement = nil
        battery = nil
    }

    mutating func subscribe(_ name: String, _ isOn: Bool, now: Instant) {
        func schedule(_ rate: Double) -> SampleSchedule? {
            guard isOn else { return nil }
            return SampleSchedule(
                start: now, rate: rate, impairments: settings.impairments, seed: settings.seed)
        }
        if name == "battery" { battery = schedule(1.0 / 60) }
        if name == "measurement" {
            // Beats before the subscription are nobody's.
            _ = beats.beats(until: now)
            measurement = schedule(1)
        }
    }

    mutating func read(_ name: String, now: Instant) -> [UInt8] {
        // Location 1 is the chest.
        name == "battery" ? [percent(now)] : [1]
    }

    mutating func write(_ name: String, _ bytes: [UInt8], now: Instant) -> BluetoothAnswer {
        guard bytes == [1] else { return .refused("80 control point not supported") }
        energy = 0
        return .understood("reset-energy")
    }

    mutating func sendDue(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError) {
        if let next = battery, next.delivery <= now {
            battery?.advance()
            let percent = percent(now)
            try outlet.notify(
                "battery", [percent], due: next.due, now: now, values: [1, Int64(percent)])
        } else if let next = measurement, next.delivery <= now {
            measurement?.advance()
            try sendMeasurement(due: next.due, now: now, outlet: &outlet)
        }
    }

    private mutating func sendMeasurement(
        due: Instant, now: Instant, outlet: inout DeviceOutlet
    ) throws(VirtualDeviceError) {
        if let lost = contactLost, lost.to <= due { loseContact(after: due) }
        let hasContact = contactLost.map { due < $0.from } ?? true
        var intervals: [Int64] = []
        var age: Int64 = -1
        for beat in beats.beats(until: due) where hasContact {
            guard let seconds = nextInterval(beat) else { break }
            intervals.append(Int64((seconds * 1024).rounded()))
            mean += (60 / max(0.2, seconds) - mean) / 4
            age = (due - beat.time) / 1000
            if generator.happens(settings.options.falseIntervals) {
                intervals.append(Int64(45 + generator.next() % 15))
            }
        }
        let rate = hasContact ? Int64(mean.rounded()) : 0
        let contact: Int64 = hasContact ? 3 : 2
        // Some 5 kJ in a minute, as at rest.
        if hasContact, packets % 12 == 0 { energy += 1 }
        let hasEnergy = packets % 10 == 9
        packets += 1
        let packet = Self.packet(
            rate: rate, contact: contact, energy: hasEnergy ? energy : nil, intervals: intervals)
        try outlet.notify(
            "measurement", packet, due: due, now: now,
            values: [0, rate, contact, hasEnergy ? energy : -1, age] + intervals)
    }

    /// The bytes of a measurement; the rate takes two where one does not hold it.
    static func packet(rate: Int64, contact: Int64, energy: Int64?, intervals: [Int64]) -> [UInt8] {
        var flags = UInt8(contact & 3) << 1
        if rate > 255 { flags |= 0x01 }
        if energy != nil { flags |= 0x08 }
        if !intervals.isEmpty { flags |= 0x10 }
        var packet = [flags]
        packet.append(little: rate, bytes: rate > 255 ? 2 : 1)
        if let energy { packet.append(little: energy, bytes: 2) }
        for interval in intervals { packet.append(little: interval, bytes: 2) }
        return packet
    }

    /// The recording's intervals, in milliseconds, go before the made-up heart's; nil at its end.
    private mutating func nextInterval(_ beat: HeartBeats.Beat) -> Double? {
        guard let recording = settings.recording else { return beat.interval }
        guard row < recording.count else { return nil }
        row += 1
        return Double(recording.columns[0][row - 1]) / 1000
    }

    /// One percent in ten minutes, from 87.
    private func percent(_ now: Instant) -> UInt8 {
        UInt8(max(1, 87 - (now - connectedAt) / 600_000_000_000))
    }

    private mutating func loseContact(after now: Instant) {
        let seconds = settings.options.contactLossEverySeconds
        guard seconds > 0 else { return }
        let from = now + Int64(clamping: seconds * 1e9)
        contactLost = (from, from + 3_000_000_000)
    }
}
