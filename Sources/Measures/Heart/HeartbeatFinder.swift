import SessionStore
import Timebase

/// Finds the heartbeats of one channel of a session: the one detection that console and measures share.
///
/// Reads the signal in blocks with margins on both sides, within gaps, so that memory stays bounded whatever
/// the recording's length. A block tells where there may be beats; which of them are is decided over all of a
/// gap-free run, so that blocks leave no trace in what is found.
public struct HeartbeatFinder: Sendable {
    /// What is looked for.
    public enum Method: Hashable, Sendable {
        case ecg, ppg
    }

    /// The beats of a stretch without a gap.
    public struct Run: Hashable, Sendable {
        /// Between its first and its last sample.
        public var range: Range<Instant>
        /// In order; none near the ends, where filters know one side alone.
        public var peaks: [Instant]
    }

    private struct Found: Hashable, Sendable {
        var candidate: PeakCandidate
        var time: Instant?
        /// When its lowest place was.
        var lowTime: Instant?

        var turned: Found {
            Found(candidate: candidate.turned, time: lowTime, lowTime: time)
        }
    }

    private struct Block: Sendable {
        /// Ordinals that were read for it.
        var read: Range<Int64>
        var found: [Found]
        /// How far the signal goes up and down in it.
        var excursions: [(up: Double, down: Double)]
    }

    /// Seconds of a block.
    var length = 160.0
    /// Seconds that are read beyond each end of a block: of what lies farther away the filters have less than
    /// 10⁻⁹ left.
    static let margin = 25.0

    private let channel: SignalChannel
    private let method: Method
    private let interpolates: Bool
    /// By the first ordinal of their core; of a session that grows.
    private var blocks: [Int64: Block] = [:]

    /// - Parameters:
    ///   - channel: place among the stream's.
    ///   - interpolatedBelow: samples a second below which a peak lies between two samples, where the parabola
    ///     through three has its top.
    /// - Returns: nil for a stream without a rate, or with one that is too low.
    public init?(
        _ stream: StreamDescription, channel: Int, method: Method = .ecg,
        interpolatedBelow: Double = MeasureSettings().interpolatedBelow
    ) {
        guard let channel = SignalChannel(stream, channel: channel),
            channel.rate >= (method == .ecg ? RPeaks.slowest : PulsePeaks.slowest)
        else { return nil }
        self.channel = channel
        self.method = method
        interpolates = channel.rate < interpolatedBelow
    }

    /// All runs, in order, as far as the session is recorded.
    /// - Parameter keeps: whether blocks that will not change are kept for the next call: while a session is
    ///   being recorded.
    public mutating func runs(_ reader: SessionReader, keeps: Bool = false) throws -> [Run] {
        var runs: [Run] = []
        let parts = try channel.runs(reader)
        for part in parts {
            guard let first = try reader.time(of: part.lowerBound, in: channel.stream),
                let last = try reader.time(of: part.upperBound - 1, in: channel.stream),
                first < last
            else { continue }
            let found = try method == .ecg ? ecg(reader, part, keeps) : pulse(reader, part)
            let edge = Int64(RPeaks.edge * 1e9)
            let peaks = found.compactMap(\.time).filter { first + edge <= $0 && $0 <= last + -edge }
            runs.append(Run(range: first..<last, peaks: peaks.sorted()))
        }
        let starts = Set(parts.flatMap { Self.cores($0, step).map(\.lowerBound) })
        blocks = keeps ? blocks.filter { starts.contains($0.key) } : [:]
        return runs
    }

    private var step: Int64 { max(1, Int64(length * channel.rate)) }

    private static func cores(_ run: Range<Int64>, _ step: Int64) -> [Range<Int64>] {
        stride(from: run.lowerBound, to: run.upperBound, by: Int64.Stride(step)).map {
            $0..<min(run.upperBound, $0 + step)
        }
    }

    // MARK: - R peaks

    private mutating func ecg(
        _ reader: SessionReader, _ run: Range<Int64>, _ keeps: Bool
    ) throws -> [Found] {
        var all: [Found] = []
        var excursions: [(up: Double, down: Double)] = []
        for core in Self.cores(run, step) {
            let wide = margins(core, in: run)
            var block = blocks[core.lowerBound].flatMap { $0.read == wide ? $0 : nil }
            if block == nil {
                let part = try channel.read(reader, wide)
                guard let cleaned = RPeaks.clean(part.values, rate: channel.rate) else { continue }
                let start = Int(core.lowerBound - part.first)
                block = Block(
                    read: wide,
                    found: place(
                        RPeaks.candidates(in: cleaned, rate: channel.rate), part, core, run),
                    excursions: RPeaks.excursions(
                        of: cleaned[start..<start + core.count], rate: channel.rate))
                if keeps { blocks[core.lowerBound] = block }
            }
            all += block?.found ?? []
            excursions += block?.excursions ?? []
        }
        if RPeaks.isUpsideDown(excursions) { all = all.map(\.turned) }
        return chosen(all, RPeaks.choose(all.map(\.candidate), rate: channel.rate))
    }

    // MARK: - Pulse waves

    private func pulse(_ reader: SessionReader, _ run: Range<Int64>) throws -> [Found] {
        // The threshold needs the whole run's power first.
        var power = 0.0
        try forEachPulse(reader, run) { cleaned, part, core in
            let start = Int(core.lowerBound - part.first)
            power += PulsePeaks.power(cleaned[start..<start + core.count])
        }
        power /= Double(run.count)
        var all: [Found] = []
        try forEachPulse(reader, run) { cleaned, part, core in
            all += place(
                PulsePeaks.candidates(in: cleaned, rate: channel.rate, power: power), part, core,
                run)
        }
        return chosen(all, PulsePeaks.choose(all.map(\.candidate), rate: channel.rate))
    }

    private func forEachPulse(
        _ reader: SessionReader, _ run: Range<Int64>,
        _ body: ([Double], SignalChannel.Part, Range<Int64>) -> Void
    ) throws {
        for core in Self.cores(run, step) {
            let part = try channel.read(reader, margins(core, in: run))
            guard let cleaned = PulsePeaks.clean(part.values, rate: channel.rate) else { continue }
            body(cleaned, part, core)
        }
    }

    // MARK: - Both

    private func margins(_ core: Range<Int64>, in run: Range<Int64>) -> Range<Int64> {
        let margin = Int64(Self.margin * channel.rate)
        return max(
            run.lowerBound, core.lowerBound - margin)..<min(
                run.upperBound, core.upperBound + margin)
    }

    /// The candidates that begin within a block's core, counted from the run's beginning, with their times.
    private func place(
        _ candidates: [PeakCandidate], _ part: SignalChannel.Part, _ core: Range<Int64>,
        _ run: Range<Int64>
    ) -> [Found] {
        candidates.compactMap { candidate in
            guard core.contains(part.first + Int64(candidate.begin)) else { return nil }
            return Found(
                candidate: candidate.shifted(by: Int(part.first - run.lowerBound)),
                time: time(of: candidate.peak, candidate.offset, part),
                lowTime: time(of: candidate.low, candidate.lowOffset, part))
        }
    }

    private func time(
        of place: Int?, _ offset: Double, _ part: SignalChannel.Part
    ) -> Instant? {
        guard let place else { return nil }
        let time = part.times[place]
        guard interpolates, offset != 0 else { return time }
        let other = part.times[offset > 0 ? place + 1 : place - 1]
        return time + Int64(clamping: Double(other - time) * offset.magnitude)
    }

    private func chosen(_ all: [Found], _ candidates: [PeakCandidate]) -> [Found] {
        let wanted = Set(candidates.compactMap(\.peak))
        return all.filter { found in found.candidate.peak.map { wanted.contains($0) } ?? false }
    }
}
