import Measures
import SessionStore
import Synchronization
import Timebase

/// Tonic and phasic parts of one channel of skin conductance.
///
/// For wide views blocks of extremes are made and kept, 64 KiB for five minutes; near views are computed
/// from their samples. Any thread may use it; one makes blocks at a time.
final class SkinDerivation: Sendable {
    private let stream: Int64
    private let channel: Int
    private let rate: Double
    private let artefacts: [Range<Instant>]
    private let blocks = Mutex<[Int64: SkinBlock]>([:])
    /// The longest stretch that is computed from its samples, in nanoseconds.
    private static let near: Int64 = 120_000_000_000
    /// The most blocks that are kept: three days.
    private static let most = 864

    init(stream: StreamDescription, channel: Int, artefacts: [Range<Instant>]) {
        self.stream = stream.id
        self.channel = channel
        rate = stream.nominalRate ?? 0
        self.artefacts = artefacts
    }

    /// Extremes of each pixel.
    func tile(
        _ reader: SessionReader, _ kind: PlaybackTrack.Kind, from: Instant, to: Instant,
        pixels: Int, isFinal: Bool
    ) throws -> [Float] {
        var row = PixelRow(from: from, to: to, pixels: pixels)
        if to - from <= Self.near {
            let (times, values) = try samples(reader, kind, from: from, to: to)
            for (time, value) in zip(times, values) { row.add(value, at: time) }
            return row.pairs
        }
        try forEachBlock(reader, from: from, to: to, isFinal: isFinal) { block in
            let pairs = kind == .tonic ? block.tonic : block.phasic
            for bucket in 0..<SkinBlock.buckets where pairs[2 * bucket].isFinite {
                row.add(
                    low: pairs[2 * bucket], high: pairs[2 * bucket + 1],
                    from: block.start(of: bucket), to: block.start(of: bucket + 1))
            }
        }
        return row.pairs
    }

    /// The values of `from..<to`.
    func samples(
        _ reader: SessionReader, _ kind: PlaybackTrack.Kind, from: Instant, to: Instant
    ) throws -> (times: [Instant], values: [Double]) {
        let part = try SkinPart(
            reader, stream: stream, channel: channel, rate: rate, from: from, to: to,
            artefacts: artefacts)
        let values = kind == .tonic ? part.components.tonic : part.components.phasic
        let range = part.times.place(of: from)..<part.times.place(of: to)
        return (Array(part.times[range]), Array(values[range]))
    }

    /// Hands out the blocks that hold a stretch, in order.
    func forEachBlock(
        _ reader: SessionReader, from: Instant, to: Instant, isFinal: Bool,
        _ body: (SkinBlock) -> Void
    ) throws {
        guard let range = try reader.timeRange(of: stream) else { return }
        let first = Self.number(max(from, range.first))
        let last = Self.number(min(to, range.last))
        guard first <= last, last - first < 100_000 else { return }
        for number in first...last { body(try block(reader, number, range.last, isFinal)) }
    }

    private func block(
        _ reader: SessionReader, _ number: Int64, _ edge: Instant, _ isFinal: Bool
    ) throws -> SkinBlock {
        try blocks.withLock { blocks in
            if let known = blocks[number] { return known }
            let start = Instant(nanoseconds: number * SkinBlock.length)
            let end = start + SkinBlock.length
            let block = SkinBlock(
                number: number,
                part: try SkinPart(
                    reader, stream: stream, channel: channel, rate: rate, from: start, to: end,
                    artefacts: artefacts))
            // While a session records, what is near its end still changes.
            if isFinal || end + SkinPart.margin < edge {
                if blocks.count >= Self.most { blocks = [:] }
                blocks[number] = block
            }
            return block
        }
    }

    private static func number(_ time: Instant) -> Int64 {
        let (number, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: SkinBlock.length)
        return rest < 0 ? number - 1 : number
    }
}
