import SessionStore
import TestSupport
import Timebase

/// One stream of a random session: what was stored of it, in plain arrays.
public struct StreamModel: Sendable {
    /// How the stream's values come about.
    public enum Style: CaseIterable, Sendable {
        /// Small steps, as a sensor's; two channels.
        case slow
        /// Anything a 64-bit integer can hold, its extremes among them.
        case extreme
        /// Numbers with fractions, NaN and infinities; and a counter beside them.
        case real
        /// Each sample has its own time.
        case stamped
        /// Sound: 16 bits, and in a few runs a number that has more.
        case sound
    }

    public let description: StreamDescription
    public let style: Style
    /// Everything stored so far.
    public private(set) var columns: [SampleColumn]
    public private(set) var packets: [SamplePacket] = []
    public private(set) var segments: [ClockSegment] = []
    public private(set) var gaps: [Gap] = []
    private var level: Int64 = 0

    init(id: Int64, style: Style) {
        self.style = style
        var channels: [ChannelDescription] = []
        switch style {
        case .slow:
            channels = [
                ChannelDescription(name: "a", unit: "uS", scale: 0.25, offset: -1),
                ChannelDescription(name: "b"),
            ]
        case .extreme, .sound: channels = [ChannelDescription(name: "a")]
        case .real:
            channels = [
                ChannelDescription(name: "a", storage: .real), ChannelDescription(name: "b"),
            ]
        case .stamped:
            channels = [
                ChannelDescription(name: "a"), ChannelDescription(name: "b", storage: .real),
            ]
        }
        description = StreamDescription(
            id: id, name: "\(style)-\(id)", kind: style == .sound ? "audio" : "signal",
            source: "model",
            nominalRate: style == .stamped ? nil : style == .sound ? 8000 : 100,
            clock: style == .stamped ? .stamped : .counter, gapTolerance: 1_000_000,
            channels: channels)
        columns = channels.map { $0.storage == .real ? .reals([]) : .integers([]) }
    }

    public var count: Int { packets.reduce(0) { $0 + $1.count } }

    /// Time of each sample, by the rule of the format's description.
    public var times: [Instant] {
        if style == .stamped {
            return packets.flatMap { packet in
                Array(repeating: packet.arrival, count: packet.count)
            }
        }
        var times: [Instant] = []
        for (place, segment) in segments.enumerated() {
            let isLast = place + 1 == segments.count
            let end = isLast ? Int64(count) : segments[place + 1].firstIndex
            for index in segment.firstIndex..<end {
                let offset = Double(index - segment.firstIndex) * segment.period
                times.append(segment.origin + Int64(offset.rounded()))
            }
        }
        return times
    }

    /// Adds random samples, and puts what is new into the batch.
    mutating func grow(_ random: inout SeededGenerator, into batch: inout SessionBatch) {
        let start = Int64(count)
        if segments.isEmpty || Int.random(in: 0..<8, using: &random) == 0 {
            begin(at: start, &random, into: &batch)
        }
        for _ in 0..<Int.random(in: 1...2, using: &random) {
            let first = Int64(count)
            let added = Int.random(in: 1...300, using: &random)
            var values: [SampleColumn] = []
            for channel in columns.indices {
                values.append(self.values(channel: channel, added, &random))
            }
            for channel in columns.indices { columns[channel].extend(values[channel]) }
            let arrived = arrivals(added, &random)
            packets += arrived
            batch.samples.append(
                SampleRun(
                    stream: description.id, firstIndex: first, count: added, columns: values,
                    packets: arrived))
        }
        // The segment that is open grows with its samples.
        segments[segments.count - 1].lastIndex = Int64(count) - 1
        batch.clockSegments.append(
            StreamClockSegment(stream: description.id, segment: segments[segments.count - 1]))
    }

    /// A new segment: the session's beginning, or what comes after a gap.
    private mutating func begin(
        at index: Int64, _ random: inout SeededGenerator, into batch: inout SessionBatch
    ) {
        let last = times.last
        let lost = Int64.random(in: 1...500, using: &random)
        let pause = Int64.random(in: 1...3_000_000_000, using: &random)
        let origin = last.map { $0 + pause } ?? Instant(nanoseconds: 1_000_000_000_000)
        if let last, index > 0 {
            let gap = Gap(
                cause: .counter, afterIndex: index - 1, start: last, end: origin, lost: lost,
                lostBound: 0)
            gaps.append(gap)
            batch.gaps.append(StreamGap(stream: description.id, gap: gap))
        }
        let isStamped = style == .stamped
        segments.append(
            ClockSegment(
                firstIndex: index, lastIndex: index, origin: origin,
                period: isStamped
                    ? 0 : 10_000_000 + Double.random(in: -1_000...1_000, using: &random),
                bound: 100_000, method: isStamped ? ClockSegment.stampedMethod : "least-delay/1",
                driftPPM: isStamped ? nil : 12.5, jitter: 7))
    }

    private mutating func values(
        channel: Int, _ count: Int, _ random: inout SeededGenerator
    ) -> SampleColumn {
        if case .reals = columns[channel] {
            return .reals(
                (0..<count).map { _ in
                    switch Int.random(in: 0..<20, using: &random) {
                    case 0: .nan
                    case 1: .infinity
                    case 2: -.infinity
                    case 3: -0.0
                    case 4: Double.leastNonzeroMagnitude
                    default: Double.random(in: -1e9...1e9, using: &random)
                    }
                })
        }
        if style == .sound {
            return .integers(
                (0..<count).map { place in
                    switch Int.random(in: 0..<500, using: &random) {
                    case 0: return -32_768
                    case 1: return 32_767
                    case 2 where place == count / 2: return 40_000
                    default:
                        level = max(-20_000, min(20_000, level))
                        level += Int64.random(in: -300...300, using: &random)
                        return level
                    }
                })
        }
        return .integers(
            (0..<count).map { _ in
                if style == .extreme {
                    switch Int.random(in: 0..<6, using: &random) {
                    case 0: return .min
                    case 1: return .max
                    case 2: return 0
                    default: return Int64.random(in: .min ... .max, using: &random)
                    }
                }
                level += Int64.random(in: -5...6, using: &random)
                return level
            })
    }

    private func arrivals(_ count: Int, _ random: inout SeededGenerator) -> [SamplePacket] {
        var packets: [SamplePacket] = []
        let origin = segments[segments.count - 1].origin
        var arrival = max(self.packets.last?.arrival ?? origin, origin)
        var left = count
        while left > 0 {
            let size = Int.random(in: 1...min(left, style == .stamped ? 2 : 50), using: &random)
            // Now and then two packets at the same moment.
            let isEqual = Int.random(in: 0..<10, using: &random) == 0
            arrival =
                arrival + (isEqual ? 0 : Int64.random(in: 1...40_000_000, using: &random))
            packets.append(SamplePacket(count: size, arrival: arrival))
            left -= size
        }
        return packets
    }
}

extension SampleColumn {
    /// Adds another column of the same kind.
    fileprivate mutating func extend(_ other: SampleColumn) {
        switch (self, other) {
        case (.integers(let values), .integers(let more)): self = .integers(values + more)
        case (.reals(let values), .reals(let more)): self = .reals(values + more)
        default: break
        }
    }

    /// The values as bits, so that a NaN is the same as itself.
    public var bits: [UInt64] {
        switch self {
        case .integers(let values): values.map { UInt64(bitPattern: $0) }
        case .reals(let values): values.map(\.bitPattern)
        }
    }

    /// Part of the column.
    public func part(_ range: Range<Int>) -> SampleColumn {
        switch self {
        case .integers(let values): .integers(Array(values[range]))
        case .reals(let values): .reals(Array(values[range]))
        }
    }

    /// The raw values as floating-point numbers.
    public var numbers: [Double] {
        switch self {
        case .integers(let values): values.map { Double($0) }
        case .reals(let values): values
        }
    }
}
