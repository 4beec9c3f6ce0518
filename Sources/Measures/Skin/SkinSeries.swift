import SessionStore
import Timebase

/// The skin conductance of one channel of a session: its level, and its responses.
///
/// Made block by block in bounded memory: the level is kept in steps of at most 0.1 s, and of the quick part
/// its turning points alone, which tell its responses exactly.
struct SkinSeries {
    /// A response.
    struct Response: Hashable {
        /// Seconds since the session's start; nil where no trough lies before the peak.
        var onset: Double?
        var peak: Double
        /// In µS where the channel's unit is known: above the higher of the lowest points beside it, and
        /// above its onset.
        var height: Double
        var amplitude: Double?
        /// When it begins, as far as that is known.
        var start: Double { onset ?? peak }
    }

    let stream: String
    /// Whether values are in µS.
    private(set) var hasUnit = true
    /// In order of time.
    private(set) var responses: [Response] = []
    /// The smallest difference that the converter can tell, in µS; nil where that is not known.
    private(set) var quantum: Double?
    /// Seconds at which each step of the level begins, its mean and how many samples it has, with the sums of
    /// both up to there.
    private var times: [Double] = []
    private var sums: [Double] = [0]
    private var counts: [Double] = [0]
    private let rate: Double
    private let artefacts: [ClosedRange<Double>]

    /// Turning points nearer to each other than this, in µS, are rounding.
    private static let smallest = 1e-6
    private static let step = 0.1
    /// Samples a second up to which each is a step of the level.
    private static let slow = 20.0
    private static let block: Int64 = 100_000_000_000

    /// - Returns: nil where the session has no skin conductance.
    init?(
        _ reader: SessionReader, _ streams: [StreamDescription], _ corrections: SignalCorrections,
        origin: Instant
    ) throws {
        guard let place = try Self.place(reader, streams),
            let channel = SignalChannel(place.stream, channel: place.channel),
            let range = try reader.timeRange(of: place.stream.id)
        else { return nil }
        stream = place.stream.name
        rate = channel.rate
        let marked = corrections.artefacts(
            stream: place.stream.id, channel: channel.description.name)
        artefacts = marked.map {
            $0.lowerBound.seconds(since: origin)...$0.upperBound.seconds(since: origin)
        }
        let factor = Self.factor(of: channel.description.unit)
        hasUnit = factor != nil
        var turning = TurningPoints(smallest: Self.smallest)
        var smallest = Double.infinity
        var before: Double?
        var start = range.first
        while start <= range.last {
            let end = start + Self.block
            let part = try SkinPart(
                reader, stream: place.stream.id, channel: place.channel, rate: rate, from: start,
                to: end, artefacts: marked)
            let places = part.times.place(of: start)..<part.times.place(of: end)
            for place in places {
                let raw = part.values[place]
                if let before, raw.isFinite, raw != before {
                    smallest = min(smallest, (raw - before).magnitude)
                }
                before = raw.isFinite ? raw : nil
                add(
                    part.components.tonic[place] * (factor ?? 1),
                    at: part.times[place].seconds(since: origin))
                turning.add(
                    part.components.phasic[place] * (factor ?? 1),
                    at: part.times[place].seconds(since: origin))
            }
            start = end
        }
        turning.end()
        quantum = Self.quantum(channel.description, smallest).map { $0 * (factor ?? 1) }
        responses = SkinResponse.all(in: turning.values, share: 0).map {
            Response(
                onset: $0.onset.map { turning.times[$0] }, peak: turning.times[$0.peak],
                height: $0.height, amplitude: $0.amplitude)
        }
    }

    /// The first channel of skin conductance with a rate and samples; one whose unit is a conductance before
    /// one that measures something else of the skin.
    private static func place(
        _ reader: SessionReader, _ streams: [StreamDescription]
    ) throws -> (stream: StreamDescription, channel: Int)? {
        var other: (stream: StreamDescription, channel: Int)?
        for stream in streams where (stream.nominalRate ?? 0) >= 1 {
            for (number, channel) in stream.channels.enumerated()
            where ChannelMeaning(channel) == .skinConductance {
                guard try reader.sampleCount(of: stream.id) > 0 else { continue }
                if factor(of: channel.unit) != nil { return (stream, number) }
                if other == nil { other = (stream, number) }
            }
        }
        return other
    }

    /// What makes µS of a channel's values; nil for what is no conductance.
    static func factor(of unit: String) -> Double? {
        switch unit {
        case "uS", "µS", "μS", "us", "microsiemens", "microSiemens": 1
        case "nS": 1e-3
        case "mS": 1e3
        case "S": 1e6
        default: nil
        }
    }

    /// One step of the converter, in the channel's unit.
    private static func quantum(_ channel: ChannelDescription, _ smallest: Double) -> Double? {
        if channel.storage == .integer, channel.conversion == nil, channel.scale != 0 {
            return channel.scale.magnitude
        }
        return smallest.isFinite ? smallest : nil
    }

    private mutating func add(_ tonic: Double, at time: Double) {
        guard tonic.isFinite else { return }
        if let last = times.last, time - last < Self.step, rate > Self.slow {
            sums[sums.count - 1] += tonic
            counts[counts.count - 1] += 1
        } else {
            times.append(time)
            sums.append((sums.last ?? 0) + tonic)
            counts.append((counts.last ?? 0) + 1)
        }
    }

    // MARK: - Stretches

    /// The mean level of a stretch, and how many seconds of it are known.
    func level(from: Double, to: Double) -> (mean: Double?, seconds: Double) {
        let (first, end) = (place(of: from), place(of: to))
        let count = counts[end] - counts[first]
        guard count > 0 else { return (nil, 0) }
        return ((sums[end] - sums[first]) / count, min(count / rate, to - from))
    }

    /// Seconds of a stretch that people marked as artefacts.
    func artefacts(from: Double, to: Double) -> Double {
        var covered = 0.0
        var end = from
        for mark in artefacts.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            let start = max(mark.lowerBound, end)
            let stop = min(mark.upperBound, to)
            guard start < stop else { continue }
            covered += stop - start
            end = stop
        }
        return covered
    }

    private func place(of time: Double) -> Int {
        var (low, high) = (0, times.count)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] >= time { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
