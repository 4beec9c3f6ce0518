import SystemCalls
import Timebase

/// A Polar sensor with the service Polar Measurement Data.
///
/// `control` is read for the features and takes the commands; replies are indicated there. Packets come
/// on `data`. Source: the maker's public description of online measurements.
struct PolarPeripheral: BluetoothPeripheral {
    /// What the log's values mean.
    static let columns =
        "kind (0 ECG, 1 PPG, 2 ACC, 3 PPI), device time of the last sample in ns since 2000-01-01, frame "
        + "type, then the samples as on the wire, channel by channel; PPI: rate, ms, error, flags"
    /// 2000-01-01 in nanoseconds since 1970-01-01.
    static let epoch: Int64 = 946_684_800 * 1_000_000_000

    private let model: PolarModel
    private let settings: VirtualDeviceSettings
    private var runs: [PolarRun] = []
    private var subscribed: Set<String> = []
    private var isInSDKMode = false
    private var clockOrigin: Instant?
    private var clockStart: Int64
    private var leftAt: Instant?
    private var stopAt: Instant?
    private var hasReplayed = false
    private var packet: [UInt8] = []
    private var values: [Int64] = []

    init(_ model: PolarModel, _ settings: VirtualDeviceSettings) {
        self.model = model
        self.settings = settings
        clockStart = settings.options.clockStart ?? 0
    }

    let characteristics = [
        BluetoothCharacteristic("control", [.read, .write, .notify]),
        BluetoothCharacteristic("data", .notify),
    ]

    var due: Instant? {
        guard subscribed.contains("data") else { return nil }
        return runs.reduce(stopAt) { earlier($0, $1.schedule.delivery) }
    }

    var isExhausted: Bool { runs.contains { $0.isExhausted } }

    mutating func connect(now: Instant) {
        // Off the strap for a minute, a clock that nobody has set begins anew.
        let begins = leftAt.map { now - $0 > 60_000_000_000 } ?? true
        if clockOrigin == nil || (begins && settings.options.clockStart != nil) {
            clockOrigin = now
            clockStart = settings.options.clockStart ?? Clocks.realtime() - Self.epoch
        }
    }

    mutating func disconnect(now: Instant) {
        leftAt = now
        subscribed = []
        runs = []
        stopAt = nil
        isInSDKMode = false
    }

    mutating func subscribe(_ name: String, _ isOn: Bool, now: Instant) {
        if isOn { subscribed.insert(name) } else { subscribed.remove(name) }
        if isOn, name == "data" { for index in runs.indices { runs[index].skip(until: now) } }
    }

    /// What the device's clock says at a moment.
    private func deviceTime(at moment: Instant) -> Int64 {
        let passed = Double(moment - (clockOrigin ?? moment))
        return clockStart + Int64((passed * (1 + settings.impairments.driftPPM * 1e-6)).rounded())
    }

    mutating func read(_ name: String, now: Instant) -> [UInt8] {
        var features = [UInt8](repeating: 0, count: 17)
        features[0] = 0x0F
        features[1] = model.offers.reduce(0) { $0 | $1.kind.feature }
        features[2] = model.kind == PolarModel.veritySense.kind ? 0x02 : 0
        return features
    }

    mutating func write(_ name: String, _ bytes: [UInt8], now: Instant) -> BluetoothAnswer {
        let operation = bytes[0]
        if operation == 0x05, bytes.count == 1 {
            // Bit 6 says that a kind is being measured.
            let kinds = model.offers.map { offer in
                offer.kind.rawValue | (run(offer.kind) == nil ? 0 : 0x40)
            }
            return answer(0x05, 0, .success, kinds, meaning: "status")
        }
        guard (0x01...0x03).contains(operation) else {
            return answer(operation, bytes.count > 1 ? bytes[1] : 0, .badCommand)
        }
        guard bytes.count >= 2 else { return answer(operation, 0, .badLength) }
        let number = bytes[1]
        if number == 9, operation >= 0x02 { return switchMode(operation) }
        guard let kind = PolarKind(rawValue: number) else {
            return answer(operation, number, .badKind)
        }
        guard let offer = model.offers.first(where: { $0.kind == kind }) else {
            return answer(operation, number, .unsupported)
        }
        switch operation {
        case 0x01:
            return answer(operation, number, .success, offer.wire, meaning: "settings \(number)")
        case 0x02:
            guard run(kind) == nil else { return answer(operation, number, .alreadyInState) }
            var start = PolarStart()
            let status = Self.parse(bytes[2...], of: offer, into: &start)
            guard status == .success else { return answer(operation, number, status) }
            return begin(offer, start, now: now)
        default:
            guard run(kind) != nil else { return answer(operation, number, .alreadyInState) }
            runs.removeAll { $0.offer.kind == kind }
            return answer(operation, number, .success, meaning: "stop \(number)")
        }
    }

    private mutating func switchMode(_ operation: UInt8) -> BluetoothAnswer {
        guard model.kind == PolarModel.veritySense.kind else {
            return answer(operation, 9, .unsupported)
        }
        guard isInSDKMode != (operation == 0x02) else {
            return answer(operation, 9, .alreadyInState)
        }
        guard runs.isEmpty else { return answer(operation, 9, .badState) }
        isInSDKMode = operation == 0x02
        return answer(operation, 9, .success, meaning: "sdk-mode \(isInSDKMode ? "on" : "off")")
    }

    private mutating func begin(
        _ offer: PolarOffer, _ start: PolarStart, now: Instant
    ) -> BluetoothAnswer {
        let isFirst = offer.kind == model.offers[0].kind && !hasReplayed
        if isFirst { hasReplayed = true }
        let run = PolarRun(
            offer: offer, start: start, settings: settings,
            recording: isFirst ? settings.recording : nil, now: now)
        runs.append(run)
        let seconds = settings.options.stopsAfterSeconds
        if seconds > 0, stopAt == nil { stopAt = now + Int64(clamping: seconds * 1e9) }
        var parameters: [UInt8] = []
        if run.frames == .delta {
            // Values of an ECG or a pulse are the steps themselves.
            let factor: Float = offer.kind == .acceleration ? start.factor : 1
            parameters = [5, 1]
            parameters.append(little: Int64(factor.bitPattern), bytes: 4)
        }
        return answer(
            0x02, offer.kind.rawValue, .success, parameters,
            meaning: "start \(offer.kind.rawValue) rate \(start.rate) range \(start.range)")
    }

    private func run(_ kind: PolarKind) -> PolarRun? { runs.first { $0.offer.kind == kind } }

    /// `F0 operation kind status more parameters`; parameters that are longer than the limit come in
    /// several replies.
    private func answer(
        _ operation: UInt8, _ kind: UInt8, _ status: PolarStatus, _ parameters: [UInt8] = [],
        meaning: String? = nil
    ) -> BluetoothAnswer {
        var answer = BluetoothAnswer(meaning: meaning ?? "refused \(status)")
        var rest = parameters[...]
        repeat {
            let part = rest.prefix(max(1, settings.options.replyLimit ?? rest.count))
            rest = rest.dropFirst(part.count)
            answer.replies.append(
                ("control", [0xF0, operation, kind, status.rawValue, rest.isEmpty ? 0 : 1] + part))
        } while !rest.isEmpty
        return answer
    }

    /// The settings of a start command: number, count (one), value.
    private static func parse(
        _ bytes: ArraySlice<UInt8>, of offer: PolarOffer, into start: inout PolarStart
    ) -> PolarStatus {
        var rest = bytes
        while let number = rest.first {
            let sizes: [UInt8: Int] = [0: 2, 1: 2, 2: 2, 3: 4, 4: 1, 6: 16]
            guard let size = sizes[number] else { return .badParameter }
            rest = rest.dropFirst()
            guard rest.count >= 1 + size else { return .badLength }
            guard rest.removeFirst() == 1 else { return .badParameter }
            var value: Int64 = 0
            for (place, byte) in rest.prefix(min(size, 4)).enumerated() {
                value |= Int64(byte) << Int64(8 * place)
            }
            rest = rest.dropFirst(size)
            switch number {
            case 0:
                guard offer.rates.contains(value) else { return .badRate }
                start.rate = value
            case 1:
                guard offer.resolutions.contains(value) else { return .badResolution }
                start.resolution = value
            case 2:
                guard offer.ranges.contains(value) else { return .badRange }
                start.range = value
            case 4:
                guard offer.channelChoices.contains(value) else { return .badChannels }
            default: return .badParameter
            }
        }
        if !offer.rates.isEmpty, start.rate == 0 || start.resolution == 0 { return .badParameter }
        if start.range == 0 { start.range = offer.ranges.last ?? 0 }
        return .success
    }

    mutating func sendDue(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError) {
        if let stopAt, stopAt <= now {
            self.stopAt = nil
            let kinds = runs.map(\.offer.kind.rawValue)
            runs = []
            try outlet.note(
                "stopped-by-itself \(kinds.map(String.init).joined(separator: ","))", now: now)
            if subscribed.contains("control") {
                var line: [UInt8] = []
                BluetoothText.append("control", [0x01] + kinds, to: &line)
                try outlet.reply(line, now: now)
            }
            return
        }
        let next = runs.indices.min {
            runs[$0].schedule.delivery < runs[$1].schedule.delivery
        }
        guard let next, runs[next].schedule.delivery <= now else { return }
        let due = runs[next].makePacket(
            deviceTime: { [self] in deviceTime(at: $0) }, into: &packet, values: &values)
        if !packet.isEmpty {
            try outlet.notify("data", packet, due: due, now: now, values: values)
        }
    }
}
