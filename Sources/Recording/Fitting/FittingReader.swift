import Link
import SessionStore
import Timebase

/// Reads what the fitting looks at from a session's own file, in short transactions.
struct FittingReader {
    /// What a session's clients and its operator told.
    struct Told {
        /// The latest report of each check that clients make.
        var reports: [String: ClientEvent.Fitting] = [:]
        /// When a deep breath was marked, latest last.
        var breaths: [Instant] = []
    }

    private let reader: SessionReader
    private let streams: [StreamDescription]
    let now: Instant

    init(path: String, now: Instant) throws(SessionStoreError) {
        reader = try SessionReader.open(at: path, alignment: .recorded)
        streams = try reader.streams()
        self.now = now
    }

    func close() { try? reader.close() }

    /// - Parameter breathsFrom: earlier breaths are of another fitting.
    func told(breathsFrom: Instant) throws(SessionStoreError) -> Told {
        var told = Told()
        for event in try reader.events(of: ["fitting", "mark"]) {
            guard let payload = try? JSONValue(parsing: event.payload) else { continue }
            if event.kind == "fitting", event.client != nil {
                if let report = ClientEvent.Fitting(payload) { told.reports[report.check] = report }
            } else if event.client == nil, event.time >= breathsFrom,
                payload["label"]?.string?.trimmedLowercase == BreathCheck.label
            {
                told.breaths.append(event.time)
            }
        }
        return told
    }

    /// The channels worth looking at, each with its last seconds.
    func windows() throws(SessionStoreError) -> [(source: String, SignalWindow)] {
        var found: [(source: String, SignalWindow)] = []
        for stream in streams {
            let kinds = stream.channels.map { SignalKind($0, stream: stream) }
            guard kinds.contains(where: { $0 != nil }) else { continue }
            let isSlow = kinds.contains { $0?.kind == .eda }
            let seconds = isSlow ? FittingLimits.slowWindow : FittingLimits.window
            let samples = try reader.window(
                stream.id, from: now + -Int64(seconds * 1e9), to: now + 5_000_000_000)
            for (index, kind) in kinds.enumerated() {
                guard let kind else { continue }
                found.append((stream.source, window(samples, index, kind, stream)))
            }
        }
        return found
    }

    /// The skin conductance around a moment, by channel.
    func conductance(around mark: Instant) throws(SessionStoreError) -> [SignalWindow] {
        var found: [SignalWindow] = []
        for stream in streams {
            for (index, channel) in stream.channels.enumerated() {
                guard let kind = SignalKind(channel, stream: stream), kind.kind == .eda else {
                    continue
                }
                let samples = try reader.window(
                    stream.id, from: mark + -Int64(BreathCheck.lead * 1e9),
                    to: mark + Int64(BreathCheck.tail * 1e9))
                found.append(window(samples, index, kind, stream))
            }
        }
        return found
    }

    /// Charges that devices send as samples, by device.
    func charges() throws(SessionStoreError) -> [String: Int] {
        var found: [String: Int] = [:]
        for stream in streams {
            guard
                let index = stream.channels.firstIndex(where: { channel in
                    channel.unit == "%"
                        && (stream.name.contains("battery") || channel.name.contains("battery"))
                })
            else { continue }
            let count = try reader.sampleCount(of: stream.id)
            guard count > 0, let time = try reader.time(of: count - 1, in: stream.id) else {
                continue
            }
            let last = try reader.window(stream.id, from: time, to: time + 1)
            if let value = last.physical(index).last, value.isFinite {
                found[stream.source] = Int(value)
            }
        }
        return found
    }

    private func window(
        _ samples: SampleWindow, _ index: Int, _ kind: SignalKind, _ stream: StreamDescription
    ) -> SignalWindow {
        let channel = stream.channels[index]
        let times = samples.times.map { Double($0 - now) / 1e9 }
        var window = SignalWindow(
            kind: kind.kind, source: "\(stream.name).\(channel.name)", times: times,
            values: samples.physical(index).map(kind.value), rate: stream.nominalRate ?? 0)
        if window.rate == 0, let first = times.first, let last = times.last, last > first {
            window.rate = Double(times.count - 1) / (last - first)
        }
        window.isCalibrated = kind.factor != nil
        // The ends of a formula that bends are not those of the values.
        guard channel.conversion == nil, !kind.isResistance else { return window }
        window.minimum = channel.minimum.map(kind.value)
        window.maximum = channel.maximum.map(kind.value)
        if channel.storage == .integer { window.resolution = abs(kind.value(channel.scale)) }
        return window
    }
}

extension String {
    /// As people type: case and spaces around do not matter.
    fileprivate var trimmedLowercase: String {
        lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
