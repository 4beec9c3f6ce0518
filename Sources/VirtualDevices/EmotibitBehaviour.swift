import Glibc
import Timebase

/// An EmotiBit in the lab's network.
///
/// `HE` is answered with `HH`; `EC` with `CP,port,DP,port` connects, and is answered with `PO` as each
/// `PN` is; after 10 s without a ping it disconnects. Data are lines of text
/// `ms,packet,n,tag,1,100,values`, some in a datagram each 100 ms; ms are the device's, since it has
/// power, of the last sample. Source: EmotiBit's public documentation and firmware.
struct EmotibitBehaviour: DeviceBehaviour {
    /// What the log's values mean.
    static let columns =
        "tag (256 × first letter + second), packet number, ms, then the values without their point: EA "
        + "EL T1 of 6, 6, 2 decimals, AX AY AZ of 3, others whole"
    /// Steps of the body in a second: a whole number of them for each tag.
    private static let steps = 75.0
    private static let timeout: Int64 = 10_000_000_000

    private let settings: VirtualDeviceSettings
    private var source: SignalSource
    private var schedule: SampleSchedule?
    private var poweredAt = Instant(nanoseconds: 0)
    private var lastPing = Instant(nanoseconds: 0)
    private var dataPort: Int32 = -1
    private var advertised: Int64 = 0
    private var packets: Int64 = 0
    private var datagrams: Int64 = 0
    private var stepsDone: Int64 = 0
    private var recordedRow = 0

    init(_ settings: VirtualDeviceSettings) {
        self.settings = settings
        source = SignalSource(rate: Self.steps, seed: settings.seed)
    }

    var due: Instant? { schedule?.delivery }
    var isExhausted: Bool { settings.recording.map { recordedRow >= $0.count } ?? false }

    mutating func plug(now: Instant, outlet: inout DeviceOutlet) {
        poweredAt = now
        packets = 0
        advertised = 0
    }

    mutating func unplug(now: Instant) {
        schedule = nil
        dataPort = -1
    }

    mutating func receive(
        _ bytes: [UInt8], now: Instant, outlet: inout DeviceOutlet
    ) throws(VirtualDeviceError) {
        for line in bytes.split(separator: 0x0A) {
            let fields = String(decoding: line, as: UTF8.self).split(
                separator: ",", omittingEmptySubsequences: false
            ).map { $0.filter { !$0.isWhitespace } }
            guard fields.count >= 6 else {
                try outlet.noteCommand(Array(line), "ignored", understood: false, now: now)
                continue
            }
            let payload = fields.dropFirst(6)
            func port(_ key: String) -> UInt16? {
                guard let place = payload.firstIndex(of: key), place + 1 < payload.endIndex
                else { return nil }
                return UInt16(payload[place + 1])
            }
            switch fields[3] {
            case "HE":
                try outlet.noteCommand(Array(line), "hello", now: now)
                answer("HH", "DP,\(dataPort),DI,virtual-\(settings.seed)", 4, now, outlet)
            case "EC":
                guard let control = port("CP"), let data = port("DP") else {
                    try outlet.noteCommand(Array(line), "ignored", understood: false, now: now)
                    continue
                }
                try outlet.noteCommand(Array(line), "connect \(control) \(data)", now: now)
                lastPing = now
                if schedule == nil {
                    dataPort = Int32(data)
                    (outlet.endpoint as? DatagramEndpoint)?.connect(
                        dataPort: data, controlPort: control)
                    start(now: now)
                    try outlet.note("started", now: now)
                }
                answer("PO", "DP,\(dataPort)", 2, now, outlet)
            case "PN":
                try outlet.noteCommand(Array(line), "ping", now: now)
                guard schedule != nil, let data = port("DP"), Int32(data) == dataPort else {
                    continue
                }
                lastPing = now
                answer("PO", "DP,\(dataPort)", 2, now, outlet)
            default:
                try outlet.noteCommand(Array(line), "ignored", understood: false, now: now)
            }
        }
    }

    private mutating func answer(
        _ tag: String, _ payload: String, _ count: Int, _ now: Instant,
        _ outlet: borrowing DeviceOutlet
    ) {
        let text = "\(milliseconds(now)),\(advertised),\(count),\(tag),1,100,\(payload)\n"
        advertised += 1
        if !outlet.isSilent { (outlet.endpoint as? DatagramEndpoint)?.answer(Array(text.utf8)) }
    }

    private mutating func start(now: Instant) {
        datagrams = 0
        stepsDone = 0
        schedule = SampleSchedule(
            start: now, rate: 10, impairments: settings.impairments, seed: settings.seed)
    }

    /// What the device's clock says, in milliseconds since it has power.
    private func milliseconds(_ moment: Instant) -> Int64 {
        let drift = 1 + settings.impairments.driftPPM * 1e-6
        return Int64(Double(moment - poweredAt) * drift * 1e-6)
    }

    mutating func sendDue(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError) {
        guard let next = schedule else { return }
        if now - lastPing > Self.timeout {
            unplug(now: now)
            (outlet.endpoint as? DatagramEndpoint)?.disconnect()
            try outlet.note("timeout", now: now)
            return
        }
        schedule?.advance()
        datagrams += 1
        var lines = EmotibitLines()
        let wanted = Int64(Double(datagrams) * Self.steps / 10)
        while stepsDone < wanted {
            stepsDone += 1
            step(into: &lines)
        }
        var text: [UInt8] = []
        var logged: [[Int64]] = []
        let time = milliseconds(next.due)
        for line in lines.lines {
            text += Array(line.text(milliseconds: time, packet: packets).utf8)
            logged.append([line.tag.number, packets, time] + line.values)
            packets = (packets + 1) & 0xFFFF
        }
        guard !text.isEmpty else { return }
        let fate = try outlet.push(text, now: now)
        for values in logged {
            try outlet.record(fate, due: next.due, now: now, values: values)
        }
    }

    /// Each tag's samples at its rate: conductance 15 Hz, light and movement 25 Hz, temperature 7.5 Hz.
    private mutating func step(into lines: inout EmotibitLines) {
        source.advance()
        if stepsDone % 5 == 0 {
            let conductance = source.body.skinConductance()
            lines.add(.conductance, (conductance * 1e6).rounded())
            lines.add(.conductanceLevel, (conductance * 0.08 * 1e6).rounded())
        }
        if stepsDone % 3 == 0 {
            let wave = source.body.pulseWave()
            for (place, tag) in [EmotibitTag.infrared, .red, .green].enumerated() {
                var value = (40_000 + 9_000 * Double(place) - 600 * wave).rounded()
                if let recording = settings.recording, place < recording.columns.count,
                    recordedRow < recording.count
                {
                    value = Double(recording.columns[place][recordedRow])
                }
                lines.add(tag, value)
            }
            recordedRow += 1
            lines.add(.accelerationX, (30 * source.body.breathing).rounded())
            lines.add(.accelerationY, (-120 + 4 * source.body.noise()).rounded())
            lines.add(.accelerationZ, (990 + 4 * source.body.noise()).rounded())
        }
        if stepsDone % 10 == 0 {
            lines.add(.temperature, (3310 + 3 * source.body.noise()).rounded())
        }
        let rhythm = source.body.rhythm
        if rhythm.isBeat {
            lines.add(.interval, (rhythm.previousInterval * 1000).rounded())
            lines.add(.rate, (60 / rhythm.previousInterval).rounded())
        }
    }
}
