import Link
import Timebase

/// Makes what a screen can show out of a session's live pieces: of fast streams the least and the greatest
/// value of each 60th of a second, of slow ones every sample. A pure value.
///
/// Intervals lie on a grid from the session's start, so that all browsers see the same. An interval may
/// come in several parts; whoever draws takes them together. Nothing is held back for one to fill.
struct LiveDecimator {
    /// A stream from which more samples a second come is told by intervals.
    static let rawRate = 120.0
    /// Length of an interval in nanoseconds.
    static let interval: Int64 = 1_000_000_000 / 60
    /// Samples that one stream may have waiting; more than a page can draw, and an end to the memory.
    static let mostWaiting = 4096

    /// What waits of one stream.
    private struct Waiting {
        var channels: [String]
        var isRaw = true
        /// Raw: times in nanoseconds since the start, and each channel's values.
        var times: [Int64] = []
        /// Otherwise: the intervals' numbers; two values an interval and channel.
        var places: [Int64] = []
        var values: [[Float]]
        var firstArrival = Int64.max
        var lastArrival = Int64.min
        var bound: Int64 = 0
        var samples = 0
        /// Pieces that the daemon dropped, or that did not fit here.
        var missed = 0

        init(channels: [String]) {
            self.channels = channels
            values = Array(repeating: [], count: channels.count)
        }

        var count: Int { isRaw ? times.count : places.count }
    }

    /// The session's start.
    let origin: Instant
    private var waiting: [String: Waiting] = [:]
    private var isRaw: [String: Bool] = [:]

    init(origin: Instant) { self.origin = origin }

    var isEmpty: Bool { waiting.isEmpty }

    /// Takes samples as the daemon tells them; values lie sample by sample, each with all channels.
    mutating func take(_ item: StreamItem) {
        guard item.kind == .samples, !item.channels.isEmpty, item.count > 0,
            let values = Base64.decodeDoubles(item.values),
            values.count == item.count * item.channels.count
        else { return }
        var stream = waiting.removeValue(forKey: item.stream) ?? Waiting(channels: item.channels)
        if stream.channels != item.channels { stream = Waiting(channels: item.channels) }
        if stream.samples == 0 { stream.isRaw = decide(item) }
        stream.missed += item.missed
        if let arrival = item.arrivalNs {
            stream.firstArrival = min(stream.firstArrival, arrival)
            stream.lastArrival = max(stream.lastArrival, arrival)
        }
        stream.bound = item.boundNs
        for sample in 0..<item.count {
            let time =
                item.timeNs - origin.nanoseconds
                + Int64((Double(sample) * item.periodNs).rounded())
            let first = sample * item.channels.count
            add(values[first..<(first + item.channels.count)], at: time, to: &stream)
        }
        waiting[item.stream] = stream
    }

    /// Whether a stream is told sample by sample; it stays so while it is about the same rate.
    private mutating func decide(_ item: StreamItem) -> Bool {
        let rate = item.periodNs > 0 ? 1e9 / item.periodNs : 0
        let before = isRaw[item.stream] ?? (rate <= Self.rawRate)
        let now = before ? rate <= Self.rawRate * 1.2 : rate < Self.rawRate * 0.8
        isRaw[item.stream] = now
        return now
    }

    private func add(_ values: ArraySlice<Double>, at time: Int64, to stream: inout Waiting) {
        stream.samples += 1
        if stream.isRaw {
            guard stream.count < Self.mostWaiting else { return stream.missed += 1 }
            stream.times.append(time)
            for (channel, value) in values.enumerated() {
                stream.values[channel].append(Float(value))
            }
            return
        }
        let place = Self.place(time)
        if stream.places.last != place {
            guard stream.count < Self.mostWaiting else { return stream.missed += 1 }
            stream.places.append(place)
            for (channel, value) in values.enumerated() {
                stream.values[channel] += [Float(value), Float(value)]
            }
            return
        }
        for (channel, value) in values.enumerated() where value.isFinite {
            let last = stream.values[channel].count - 1
            let new = Float(value)
            // A value that is none gives way to one that is.
            if !(stream.values[channel][last - 1] <= new) { stream.values[channel][last - 1] = new }
            if !(stream.values[channel][last] >= new) { stream.values[channel][last] = new }
        }
    }

    /// The interval that a moment falls into.
    static func place(_ time: Int64) -> Int64 {
        time >= 0 ? time / interval : -((-time + interval - 1) / interval)
    }

    /// Takes out what waits, as pages read it; see `Protocols/formats/console-live.md`.
    mutating func flush() -> [JSONValue] {
        let taken = waiting.sorted { $0.key < $1.key }
        waiting = [:]
        return taken.map { name, stream in
            var members: [String: JSONValue] = [
                "stream": .string(name),
                "channels": .array(stream.channels.map(JSONValue.string)),
                "samples": .integer(Int64(stream.samples)),
                "bound_ms": .real(Double(stream.bound) / 1e6),
                "values": .array(stream.values.map { .array($0.map(Self.number)) }),
            ]
            if stream.missed > 0 { members["missed"] = .integer(Int64(stream.missed)) }
            if stream.lastArrival > Int64.min {
                members["arrival_ns"] = .array([
                    .integer(stream.firstArrival), .integer(stream.lastArrival),
                ])
            }
            if stream.isRaw {
                members["t_s"] = .array(stream.times.map { .real(Double($0) / 1e9) })
            } else {
                members["bins"] = .array(stream.places.map(JSONValue.integer))
            }
            return .object(members)
        }
    }

    /// What is no number is null: JSON has none for it.
    private static func number(_ value: Float) -> JSONValue {
        guard value.isFinite else { return .null }
        // The shortest decimal that is this Float, not the Double's 17 digits.
        return .real(Double(value.description) ?? Double(value))
    }
}
