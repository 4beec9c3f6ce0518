import Glibc
import Timebase

/// An OpenBCI Cyton behind its dongle's serial port, with firmware 3.1.
struct CytonBehaviour: DeviceBehaviour {
    /// What a reset says.
    static let greeting =
        "OpenBCI V3 8-16 channel\nOn Board ADS1299 Device ID: 0x3E\nLIS3DH Device ID: 0x33\n"
        + "Firmware: v3.1.2\n$$$"

    private let settings: VirtualDeviceSettings
    private var schedule: SampleSchedule?
    private var source: SignalSource
    private var board = CytonChannels()
    private var sequence: UInt8 = 0
    private var timestamps = false
    private var firstStamp = true
    private var startedAt = Instant(nanoseconds: 0)
    private var pending: [UInt8] = []
    private var frame: [UInt8] = []
    private var values: [Int64] = []
    private var phase = 0.0

    init(_ settings: VirtualDeviceSettings) throws(VirtualDeviceError) {
        guard settings.options.accelerometerEvery >= 1 else {
            throw VirtualDeviceError(.setting, "The accelerometer is read in each frame, or fewer.")
        }
        self.settings = settings
        source = SignalSource(rate: 250, seed: settings.seed, recording: settings.recording)
    }

    var due: Instant? { schedule?.delivery }
    var isExhausted: Bool { source.isExhausted }

    mutating func plug(now: Instant, outlet: inout DeviceOutlet) { startedAt = now }

    mutating func unplug(now: Instant) {
        schedule = nil
        pending = []
        board = CytonChannels()
        timestamps = false
    }

    mutating func receive(
        _ bytes: [UInt8], now: Instant, outlet: inout DeviceOutlet
    ) throws(VirtualDeviceError) {
        for byte in bytes {
            if pending.isEmpty, byte != UInt8(ascii: "x") {
                try obey(byte, now: now, outlet: &outlet)
                continue
            }
            pending.append(byte)
            if byte == UInt8(ascii: "X") || pending.count > 9 {
                let command = pending
                pending = []
                let answer = board.set(command)
                try outlet.noteCommand(
                    command, answer, understood: answer.hasPrefix("Success"), now: now)
                if schedule == nil { try say(answer, now: now, outlet: &outlet) }
            }
        }
    }

    private mutating func obey(
        _ byte: UInt8, now: Instant, outlet: inout DeviceOutlet
    ) throws(VirtualDeviceError) {
        var answer: String?
        let meaning: String
        switch byte {
        case UInt8(ascii: "v"):
            schedule = nil
            board = CytonChannels()
            timestamps = false
            meaning = "reset"
            try outlet.noteCommand([byte], meaning, now: now)
            try outlet.reply(Array(Self.greeting.utf8), now: now)
            return
        case UInt8(ascii: "b"):
            meaning = "start"
            try outlet.noteCommand([byte], meaning, now: now)
            try start(now: now, outlet: &outlet)
            return
        case UInt8(ascii: "s"):
            meaning = "stop"
            if schedule != nil { try outlet.note("stopped", now: now) }
            schedule = nil
        case UInt8(ascii: "d"):
            board = CytonChannels()
            meaning = "defaults"
            answer = "updating channel settings to default"
        case UInt8(ascii: "<"):
            timestamps = true
            firstStamp = true
            meaning = "timestamps on"
            answer = "Time stamp ON"
        case UInt8(ascii: ">"):
            timestamps = false
            meaning = "timestamps off"
            answer = "Time stamp OFF"
        default:
            try outlet.noteCommand([byte], "ignored", understood: false, now: now)
            return
        }
        try outlet.noteCommand([byte], meaning, now: now)
        // Text amid frames would look like damage; the board says nothing while it streams.
        if let answer, schedule == nil { try say(answer, now: now, outlet: &outlet) }
    }

    private func say(
        _ text: String, now: Instant, outlet: inout DeviceOutlet
    ) throws(VirtualDeviceError) {
        try outlet.reply(Array((text + "$$$").utf8), now: now)
    }

    private mutating func start(
        now: Instant, outlet: inout DeviceOutlet
    ) throws(VirtualDeviceError) {
        guard schedule == nil else { return }
        guard !source.isExhausted else {
            try outlet.note("nothing-left", now: now)
            return
        }
        sequence = 0
        firstStamp = true
        schedule = SampleSchedule(
            start: now, rate: 250, impairments: settings.impairments, seed: settings.seed)
        let gains = board.gains.map(String.init).joined(separator: ",")
        try outlet.note("started rate 250 gains \(gains)", now: now)
    }

    mutating func sendDue(now: Instant, outlet: inout DeviceOutlet) throws(VirtualDeviceError) {
        guard let next = schedule else { return }
        source.advance()
        phase += 10.0 / 250
        if phase >= 1 { phase -= 1 }
        values.removeAll(keepingCapacity: true)
        values.append(Int64(sequence))
        frame.removeAll(keepingCapacity: true)
        frame.append(0xA0)
        frame.append(sequence)
        for channel in 0..<8 {
            let value = source.recorded(channel) ?? measure(channel)
            values.append(value)
            frame.append(big: value, bytes: 3)
        }
        if timestamps {
            appendStamped(due: next.due)
        } else {
            appendAccelerometer()
        }
        try outlet.send(frame, due: next.due, now: now, values: values)
        sequence &+= 1
        schedule?.advance()
    }

    /// Alpha waves of some 20 µV that come and go with the breath, and noise; the first channel sees the
    /// heart.
    private mutating func measure(_ channel: Int) -> Int64 {
        guard board.isOn[channel] else { return 0 }
        var microvolts =
            (8 + 6 * source.body.breathing) * sin(2 * .pi * (phase + Double(channel) / 11))
        microvolts += 3 * source.body.noise()
        if channel == 0 { microvolts += 400 * source.body.electrocardiogram() }
        return CytonChannels.steps(microvolts: microvolts, gain: board.gains[channel])
    }

    /// One g downwards and a little movement with the breath, 0.002/16 g a step; zeros in frames that
    /// hold no reading.
    private mutating func appendAccelerometer() {
        let holds = Int(sequence) % settings.options.accelerometerEvery == 0
        let reading: [Int64] =
            holds ? [Int64((160 * source.body.breathing).rounded()), 40, 8000] : [0, 0, 0]
        for (place, value) in reading.enumerated() {
            let value = holds ? (source.recorded(8 + place) ?? value) : 0
            values.append(value)
            frame.append(big: value, bytes: 2)
        }
        values.append(0xC0)
        frame.append(0xC0)
    }

    /// A code of an axis and one byte of its reading, and the board's milliseconds since it has power.
    private mutating func appendStamped(due: Instant) {
        let codes: [UInt8] = Array("XxYyZz".utf8)
        let reading: [Int64] = [Int64((160 * source.body.breathing).rounded()), 40, 8000]
        let place = Int(sequence % 10)
        let code = place < codes.count ? codes[place] : 0
        let value =
            place < codes.count ? reading[place / 2] >> Int64(place % 2 == 0 ? 8 : 0) & 0xFF : 0
        let drift = 1 + settings.impairments.driftPPM * 1e-6
        let milliseconds = Int64(Double(due - startedAt) * drift / 1e6) & 0xFFFF_FFFF
        frame.append(code)
        frame.append(UInt8(truncatingIfNeeded: value))
        frame.append(big: milliseconds, bytes: 4)
        // The first frame after the switch has a footer of its own.
        let footer: UInt8 = firstStamp ? 0xC3 : 0xC4
        firstStamp = false
        frame.append(footer)
        values.append(contentsOf: [Int64(code), value, milliseconds, Int64(footer)])
    }
}
