import Glibc
import Link
import SystemCalls
import Timebase

/// An LSL stream that is wanted: looked for until it is there, read, and looked for again when it
/// went away.
///
/// Times go to the session on its own clock: the sender's, moved by LSL's estimate of the offset. The
/// sender's own times are kept as a channel (`lsl_time`, seconds), and each estimate as a reading of
/// the sender's clock, so that the alignment can be computed anew.
final class LSLSource: NetworkSource {
    let name: String
    let participant: String?
    private(set) var streams: [LinkStream]?
    let descriptors: [Int32] = []

    private let wanted: NetworkSettings.Stream
    private let library: LSLLibrary
    private let log: (String) -> Void
    private let host: String
    private var inlet: LSLInlet?
    private var info: LSLStreamInfo?
    private var nextAttempt = Instant(nanoseconds: 0)
    private var openedAt = Instant(nanoseconds: 0)
    private var isSaid = false
    /// Nanoseconds to add to the sender's times; nil until known.
    private var offset: Int64?
    private var bound: Int64 = 0
    private var lastCorrection: LSLInlet.Correction?
    private var nextCorrection = Instant(nanoseconds: 0)
    private var readings: [DeviceReading] = []
    private var interruption: LinkInterruption?
    private var clockShift: Int64

    /// Nanoseconds that a stream may take to tell its clock before the times of arrival are used.
    private static let patience: Int64 = 5_000_000_000

    init(
        _ wanted: NetworkSettings.Stream, library: LSLLibrary, log: @escaping (String) -> Void
    ) {
        self.wanted = wanted
        self.library = library
        self.log = log
        participant = wanted.participant
        name = SensorName.cleaned(wanted.label)
        clockShift = library.clockShift()
        var buffer = [CChar](repeating: 0, count: 256)
        // The buffer is zeroed and one longer than what may be written.
        _ = unsafe gethostname(&buffer, 255)
        host = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    }

    func pump(_ deliver: (SensorPiece) -> Void) {
        guard let inlet, let info else { return look() }
        updateClock(inlet, info)
        guard let offset = offset ?? arrivalOffset() else { return }
        while true {
            let taken: Int
            switch info.format {
            case .string: taken = takeTexts(inlet, info, offset, deliver)
            case .int64: taken = takeIntegers(inlet, info, offset, deliver)
            default: taken = takeReals(inlet, info, offset, deliver)
            }
            if taken < 1024 { break }
        }
        if !readings.isEmpty {
            deliver(
                .samples(
                    SampleBatch(
                        stream: name, stamps: [], data: [], readings: readings)))
            readings = []
        }
        if inlet.isLost {
            log("\(name): the LSL stream '\(info.name)' went away; looking for it")
            self.inlet = nil
            interruption = .disconnect
            nextAttempt = Clocks.now() + 200_000_000
        }
    }

    // MARK: - Finding

    private func look() {
        let now = Clocks.now()
        guard now >= nextAttempt else { return }
        nextAttempt = now + 200_000_000
        let found = library.streams().filter(wanted.matches)
        guard let chosen = found.min(by: { $0.uid < $1.uid }) else { return }
        if found.count > 1 && !isSaid {
            isSaid = true
            log("\(name): \(found.count) LSL streams fit; taking \(chosen.summary)")
        }
        guard let inlet = library.inlet(uid: chosen.uid), let info = inlet.open() else {
            // It may be gone already: what is found is remembered for some seconds.
            nextAttempt = Clocks.now() + 1_000_000_000
            return
        }
        guard info.format != .undefined, (1...4096).contains(info.channelCount) else {
            log("\(name): the LSL stream '\(info.name)' cannot be recorded: \(info.summary)")
            nextAttempt = Clocks.now() + 10_000_000_000
            return
        }
        log("\(name): reading the LSL stream \(info.summary)")
        self.inlet = inlet
        self.info = info
        streams = [Self.stream(name, info)]
        openedAt = Clocks.now()
        offset = nil
        lastCorrection = nil
        nextCorrection = openedAt
    }

    /// The stream as sessions know it.
    static func stream(_ name: String, _ info: LSLStreamInfo) -> LinkStream {
        guard let type = info.format.sampleType else {
            return LinkStream(name: name, kind: .events, clock: .stamped, channels: [])
        }
        var taken: Set<String> = ["lsl_time"]
        var channels = (0..<info.channelCount).map { place in
            let given = info.channels.indices.contains(place) ? info.channels[place] : nil
            var label = given?.label ?? ""
            if label.isEmpty || taken.contains(label) { label += "ch\(place + 1)" }
            taken.insert(label)
            return LinkChannel(
                name: label, unit: given?.unit ?? "", type: type, scale: 1, offset: 0)
        }
        channels.append(LinkChannel(name: "lsl_time", unit: "s", type: .f64, scale: 1, offset: 0))
        return LinkStream(
            name: name, kind: .signal, rateHz: info.rate > 0 ? info.rate : nil, clock: .stamped,
            channels: channels)
    }

    // MARK: - Time

    private func updateClock(_ inlet: LSLInlet, _ info: LSLStreamInfo) {
        let now = Clocks.now()
        guard now >= nextCorrection else { return }
        nextCorrection = now + 100_000_000
        guard let found = inlet.correction(), found != lastCorrection else { return }
        clockShift = library.clockShift()
        lastCorrection = found
        let middle = (found.remoteTime + found.offset) * 1e9 + Double(clockShift)
        let half = found.uncertainty * 0.5e9
        readings.append(
            DeviceReading(
                deviceNs: Int64(clamping: (found.remoteTime * 1e9).rounded()),
                sentNs: Int64(clamping: (middle - half).rounded()),
                arrivalNs: Int64(clamping: (middle + half).rounded())))
        let estimate = Int64(clamping: (found.offset * 1e9).rounded()) + clockShift
        let width = Int64(clamping: (found.uncertainty * 1e9).rounded(.up))
        if info.host == host && abs(estimate - clockShift) <= width + 1_000_000 {
            // The same machine's clock: nothing to estimate.
            (offset, bound) = (clockShift, 0)
        } else if let used = offset, abs(estimate - used) <= width {
            // Within its error it says nothing new; times that follow it would only jitter.
        } else {
            (offset, bound) = (estimate, width)
        }
    }

    /// Where the sender does not tell its clock: from what comes first.
    private func arrivalOffset() -> Int64? {
        guard Clocks.now() - openedAt > Self.patience else { return nil }
        if info?.host == host {
            (offset, bound) = (clockShift, 0)
        } else {
            log("\(name): the sender does not answer for its clock; times are those of arrival")
            (offset, bound) = (.min, 1_000_000_000)
        }
        return offset
    }

    /// The sender's times on the station's clock.
    private func local(_ stamps: [Double], _ offset: Int64) -> [Int64] {
        var shift = offset
        if offset == .min {
            let last = stamps.last ?? 0
            shift = Clocks.now().nanoseconds - Int64(clamping: (last * 1e9).rounded())
            self.offset = shift
        }
        return stamps.map { stamp in
            let (sum, overflow) = Int64(clamping: (stamp * 1e9).rounded())
                .addingReportingOverflow(shift)
            return overflow ? 0 : sum
        }
    }

    // MARK: - Samples

    private func takeReals(
        _ inlet: LSLInlet, _ info: LSLStreamInfo, _ offset: Int64,
        _ deliver: (SensorPiece) -> Void
    ) -> Int {
        let chunk = inlet.pullReals(info.channelCount)
        send(chunk.stamps, offset, info, deliver) { data, place in
            let value = chunk.values[place]
            switch info.format {
            case .float32: data.append(littleEndian: Float(value).bitPattern)
            case .int32: data.append(littleEndian: Int32(nearest: value))
            case .int16, .int8: data.append(littleEndian: Int16(nearest: value))
            default: data.append(littleEndian: value.bitPattern)
            }
        }
        return chunk.stamps.count
    }

    private func takeIntegers(
        _ inlet: LSLInlet, _ info: LSLStreamInfo, _ offset: Int64,
        _ deliver: (SensorPiece) -> Void
    ) -> Int {
        let chunk = inlet.pullIntegers(info.channelCount)
        send(chunk.stamps, offset, info, deliver) { data, place in
            data.append(littleEndian: chunk.values[place])
        }
        return chunk.stamps.count
    }

    private func send(
        _ stamps: [Double], _ offset: Int64, _ info: LSLStreamInfo,
        _ deliver: (SensorPiece) -> Void, _ put: (inout [UInt8], Int) -> Void
    ) {
        guard !stamps.isEmpty else { return }
        var data: [UInt8] = []
        for (sample, stamp) in stamps.enumerated() {
            for channel in 0..<info.channelCount {
                put(&data, sample * info.channelCount + channel)
            }
            data.append(littleEndian: stamp.bitPattern)
        }
        let times = local(stamps, offset)
        deliver(
            .samples(
                SampleBatch(
                    stream: name, stamps: times, data: data, interruption: interruption,
                    readings: readings)))
        interruption = nil
        readings = []
    }

    private func takeTexts(
        _ inlet: LSLInlet, _ info: LSLStreamInfo, _ offset: Int64,
        _ deliver: (SensorPiece) -> Void
    ) -> Int {
        let chunk = inlet.pullTexts(info.channelCount)
        for (sample, time) in local(chunk.stamps, offset).enumerated() {
            let texts = (0..<info.channelCount).map {
                chunk.values[sample * info.channelCount + $0]
            }
            var payload: [String: JSONValue] = [
                "value": .string(texts[0]), "lsl_time_s": .real(chunk.stamps[sample]),
            ]
            if texts.count > 1 { payload["values"] = .array(texts.map(JSONValue.string)) }
            deliver(
                .event(
                    SensorEvent(
                        stream: name, kind: "marker", time: Instant(nanoseconds: time),
                        bound: bound, payload: .object(payload))))
        }
        return chunk.stamps.count
    }
}

extension FixedWidthInteger {
    /// The nearest number of this type; 0 for what is none.
    fileprivate init(nearest value: Double) {
        let nearest = value.rounded()
        if nearest.isNaN {
            self = 0
        } else {
            self = Self(exactly: nearest) ?? (nearest < 0 ? .min : .max)
        }
    }
}
