import Glibc
import Timebase

/// A stream of a Polar sensor that was started: it makes packets of samples.
struct PolarRun: Sendable {
    let offer: PolarOffer
    let start: PolarStart
    let frames: VirtualDeviceOptions.Frames
    private(set) var schedule: SampleSchedule
    private let period: Double
    private let samplesPerPacket: Int
    private var source: SignalSource
    private var beats: HeartBeats
    private let startedAt: Instant
    private let delay: Double

    /// - Parameter recording: what is replayed; only for the first kind that the sensor offers.
    init(
        offer: PolarOffer, start: PolarStart, settings: VirtualDeviceSettings,
        recording: RecordedSignal?, now: Instant
    ) {
        self.offer = offer
        self.start = start
        // Only these two are described with differences.
        let packs = offer.kind == .acceleration || offer.kind == .pulse
        frames = packs ? settings.options.frames ?? offer.frames : .raw
        startedAt = now
        delay = settings.options.intervalDelaySeconds
        // What fits into the 229 bytes of a packet, in the worst case.
        samplesPerPacket =
            switch (offer.kind, frames) {
            case (.electrocardiogram, _): 73
            case (.pulse, _): 18
            case (.acceleration, .raw): 36
            case (.acceleration, .delta): 30
            case (.intervals, _): 1
            }
        let rate = offer.kind == .intervals ? 0.2 : Double(offer.givenRate ?? start.rate)
        schedule = SampleSchedule(
            start: now, rate: rate / Double(samplesPerPacket), impairments: settings.impairments,
            seed: settings.seed &+ UInt64(offer.kind.rawValue))
        period = schedule.period / Double(samplesPerPacket)
        source = SignalSource(
            rate: max(1, rate), seed: settings.seed, recording: recording)
        beats = HeartBeats(seed: settings.seed)
        _ = beats.beats(until: now)
    }

    var isExhausted: Bool { source.isExhausted }

    /// Passes over the packets that were due while nobody had subscribed.
    mutating func skip(until now: Instant) {
        while schedule.due <= now { schedule.advance() }
        if offer.kind == .intervals { _ = beats.beats(until: now) }
    }

    /// Makes the packet that is due and goes on to the next.
    /// - Parameters:
    ///   - deviceTime: what the device's clock says at a moment.
    ///   - packet: the bytes; nothing where there is nothing to send.
    ///   - values: kind, device time, frame type, then the values as they are on the wire.
    /// - Returns: when the last sample was taken.
    mutating func makePacket(
        deviceTime: (Instant) -> Int64, into packet: inout [UInt8], values: inout [Int64]
    ) -> Instant {
        var due = schedule.due
        packet.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        var samples: [Int64] = []
        if offer.kind == .intervals {
            makeIntervals(until: due, into: &samples)
            if samples.isEmpty {
                schedule.advance()
                return due
            }
        } else {
            let count = min(samplesPerPacket, source.rowsLeft ?? samplesPerPacket)
            for _ in 0..<count { makeSample(into: &samples) }
            // A recording's last packet is shorter, and its last sample earlier.
            due = due + -Int64(clamping: (Double(samplesPerPacket - count) * period).rounded())
        }
        let time = deviceTime(due)
        let type = frameType
        packet += PolarFrame.head(kind: offer.kind.rawValue, time: time, frame: type)
        switch (offer.kind, frames) {
        case (.intervals, _):
            for value in stride(from: 0, to: samples.count, by: 4) {
                packet.append(little: samples[value], bytes: 1)
                packet.append(little: samples[value + 1], bytes: 2)
                packet.append(little: samples[value + 2], bytes: 2)
                packet.append(little: samples[value + 3], bytes: 1)
            }
        case (_, .delta):
            PolarFrame.appendDelta(
                samples, channels: offer.channels, resolution: Int(start.resolution), block: 10,
                to: &packet)
        case (.acceleration, .raw):
            for value in samples { packet.append(little: value, bytes: 2) }
        default:
            for value in samples { packet.append(little: value, bytes: 3) }
        }
        values += [Int64(offer.kind.rawValue), time, Int64(type)]
        values += samples
        schedule.advance()
        return due
    }

    /// 0x80 marks differences; raw accelerations of 16 bits are type 1, all else is type 0.
    private var frameType: UInt8 {
        if frames == .delta { return 0x80 }
        return offer.kind == .acceleration ? 1 : 0
    }

    private mutating func makeSample(into samples: inout [Int64]) {
        source.advance()
        switch offer.kind {
        case .electrocardiogram:
            let microvolts = 1000 * source.body.electrocardiogram()
            samples.append(source.recorded(0) ?? Int64(microvolts.rounded()))
        case .pulse:
            let wave = source.body.pulseWave()
            for channel in 0..<4 {
                // Three diodes of different strength, and the light of the room.
                let steps =
                    channel < 3
                    ? 400_000 + 60_000 * Double(channel) - 2500 * wave
                    : 30_000 + 20 * source.body.noise()
                samples.append(source.recorded(channel) ?? Int64(steps.rounded()))
            }
        case .acceleration:
            let g = [
                0.03 * source.body.breathing + 0.004 * source.body.noise(),
                -0.12 + 0.004 * source.body.noise(), 0.99 + 0.004 * source.body.noise(),
            ]
            let step = frames == .delta ? Double(start.factor) : 0.001
            let limit = frames == .delta ? 32767.0 : 1000 * Double(start.range)
            for (channel, value) in g.enumerated() {
                let steps = max(-limit, min(limit, (value / step).rounded()))
                samples.append(source.recorded(channel) ?? Int64(steps))
            }
        case .intervals: break
        }
    }

    /// Rate, interval in ms, its error in ms, flags: bit 0 invalid, bit 1 contact, bit 2 set.
    private mutating func makeIntervals(until due: Instant, into samples: inout [Int64]) {
        let beats = beats.beats(until: due)
        guard Double(due - startedAt) >= delay * 1e9 else { return }
        for beat in beats {
            source.advance()
            let interval = source.recorded(0) ?? Int64((beat.interval * 1000).rounded())
            let rate = interval > 0 ? 60_000 / interval : 0
            samples += [min(255, rate), interval, 10, 0b110]
        }
    }
}
