import SessionStore
import Timebase

/// All breaths of a session, read block by block.
struct BreathRuns {
    let stream: String
    /// Seconds since the session's start at which breathing in begins, within each gap-free run.
    private(set) var runs: [[Double]] = []

    /// Seconds of a block, and of what is read beyond its ends.
    private static let length = 300.0
    private static let margin = 100.0
    /// Seconds between two breaths beyond which something is missing, and at a run's ends of which the filter
    /// knows one side alone.
    private static let longest = 20.0
    private static let edge = 3.1831

    /// - Returns: nil where the session has no respiration.
    init?(
        _ reader: SessionReader, _ streams: [StreamDescription], _ corrections: SignalCorrections,
        origin: Instant
    ) throws {
        guard let channel = try Self.channel(reader, streams) else { return nil }
        stream = channel.streamName
        let artefacts = corrections.artefacts(
            stream: channel.stream, channel: channel.description.name
        ).map { $0.lowerBound.seconds(since: origin)...$0.upperBound.seconds(since: origin) }
        for run in try channel.runs(reader) {
            let breaths = try Self.breaths(reader, channel, run, origin)
            var open: [Double] = []
            for breath in breaths {
                let isMarked = artefacts.contains { mark in
                    mark.contains(breath)
                        || (open.last.map { $0 < mark.lowerBound && mark.lowerBound < breath }
                            ?? false)
                }
                if isMarked || open.last.map({ breath - $0 > Self.longest }) ?? false {
                    if !open.isEmpty { runs.append(open) }
                    open = []
                }
                if !artefacts.contains(where: { $0.contains(breath) }) { open.append(breath) }
            }
            if !open.isEmpty { runs.append(open) }
        }
    }

    private static func channel(
        _ reader: SessionReader, _ streams: [StreamDescription]
    ) throws -> SignalChannel? {
        for stream in streams where (stream.nominalRate ?? 0) > 6 {
            for (number, channel) in stream.channels.enumerated()
            where ChannelMeaning(channel) == .respiration {
                if try reader.sampleCount(of: stream.id) > 0 {
                    return SignalChannel(stream, channel: number)
                }
            }
        }
        return nil
    }

    private static func breaths(
        _ reader: SessionReader, _ channel: SignalChannel, _ run: Range<Int64>, _ origin: Instant
    ) throws -> [Double] {
        let step = Int64(length * channel.rate)
        let margin = Int64(Self.margin * channel.rate)
        var extremes: [Breaths.Extreme] = []
        var times: [Int: Instant] = [:]
        for start in stride(from: run.lowerBound, to: run.upperBound, by: Int64.Stride(step)) {
            let core = start..<min(run.upperBound, start + step)
            let wide =
                max(
                    run.lowerBound, core.lowerBound - margin)..<min(
                    run.upperBound, core.upperBound + margin)
            let part = try channel.read(reader, wide)
            guard let cleaned = Breaths.clean(part.values, rate: channel.rate) else { continue }
            for (crossing, extreme) in Breaths.extremes(in: cleaned)
            where core.contains(part.first + Int64(crossing)) {
                var shifted = extreme
                shifted.place += Int(part.first - run.lowerBound)
                times[shifted.place] = part.times[extreme.place]
                extremes.append(shifted)
            }
        }
        guard let first = try reader.time(of: run.lowerBound, in: channel.stream),
            let last = try reader.time(of: run.upperBound - 1, in: channel.stream)
        else { return [] }
        let known = (first.seconds(since: origin) + edge, last.seconds(since: origin) - edge)
        return Breaths.choose(extremes).troughs.compactMap { times[$0]?.seconds(since: origin) }
            .filter { known.0 <= $0 && $0 <= known.1 }
    }

    /// Breaths of a stretch: how many, breaths a minute, and how many seconds they cover.
    func part(from: Double, to: Double) -> (count: Int, rate: Double?, covered: Double) {
        var (count, periods, sum, covered) = (0, 0, 0.0, 0.0)
        for run in runs {
            count += run.count { from <= $0 && $0 < to }
            for (breath, next) in zip(run, run.dropFirst()) {
                covered += max(0, min(next, to) - max(breath, from))
                guard from <= breath, next < to else { continue }
                periods += 1
                sum += next - breath
            }
        }
        return (count, periods > 1 ? 60 * Double(periods) / sum : nil, covered)
    }
}
