import SessionStore
import Timebase

/// One channel of a stream with a regular rate, read stretch by stretch: for filters, which need even spacing
/// and must not see across a gap.
struct SignalChannel {
    let stream: Int64
    let streamName: String
    let channel: Int
    let description: ChannelDescription
    /// Samples a second.
    let rate: Double

    /// Consecutive samples.
    struct Part {
        /// Ordinal of the first one.
        var first: Int64
        var times: [Instant]
        /// In the channel's unit.
        var values: [Double]
    }

    /// - Returns: nil where the stream has no rate.
    init?(_ stream: StreamDescription, channel: Int) {
        guard let rate = stream.nominalRate, rate > 0, stream.channels.indices.contains(channel)
        else { return nil }
        self.stream = stream.id
        streamName = stream.name
        self.channel = channel
        description = stream.channels[channel]
        self.rate = rate
    }

    /// Ordinals of samples without a gap or a missing value among them, in order.
    func runs(_ reader: SessionReader) throws -> [Range<Int64>] {
        let count = try reader.sampleCount(of: stream)
        guard count > 0 else { return [] }
        var ends = Set(try reader.gaps(stream).map { $0.gap.afterIndex + 1 })
        var missing: [Range<Int64>] = []
        // Only these can hold what is no number.
        if description.storage == .real || description.conversion != nil {
            missing = try self.missing(reader, count)
        }
        ends.insert(count)
        var runs: [Range<Int64>] = []
        var start: Int64 = 0
        var hole = 0
        for end in ends.sorted() where end > start && end <= count {
            while hole < missing.count, missing[hole].lowerBound < end {
                if start < missing[hole].lowerBound {
                    runs.append(start..<missing[hole].lowerBound)
                }
                start = min(end, max(start, missing[hole].upperBound))
                if missing[hole].upperBound > end { break }
                hole += 1
            }
            if start < end { runs.append(start..<end) }
            start = end
        }
        return runs
    }

    private func missing(_ reader: SessionReader, _ count: Int64) throws -> [Range<Int64>] {
        var missing: [Range<Int64>] = []
        var start: Int64 = 0
        let step = max(1, Int64(240 * rate))
        while start < count {
            let part = try read(reader, start..<min(count, start + step))
            for (place, value) in part.values.enumerated() where !value.isFinite {
                let index = part.first + Int64(place)
                if let last = missing.last, last.upperBound == index {
                    missing[missing.count - 1] = last.lowerBound..<index + 1
                } else {
                    missing.append(index..<index + 1)
                }
            }
            start += step
        }
        return missing
    }

    /// Reads samples by their ordinals.
    func read(_ reader: SessionReader, _ indices: Range<Int64>) throws -> Part {
        guard let last = indices.last,
            var from = try reader.time(of: indices.lowerBound, in: stream),
            var to = try reader.time(of: last, in: stream)
        else { return Part(first: indices.lowerBound, times: [], values: []) }
        to = to + 1
        for _ in 0..<3 {
            let window = try reader.window(stream, channel: channel, from: from, to: to)
            let lower = indices.lowerBound - window.firstIndex
            let upper = lower + Int64(indices.count)
            if lower >= 0, upper <= Int64(window.count) {
                let range = Int(lower)..<Int(upper)
                return Part(
                    first: indices.lowerBound, times: Array(window.times[range]),
                    values: Array(window.physical(0)[range]))
            }
            // Where clock segments overlap, a sample at a seam may lie just outside.
            from = from + -1_000_000_000
            to = to + 1_000_000_000
        }
        throw SessionStoreError(
            code: .damaged,
            message: "\(reader.path): samples of stream \(streamName) cannot be read in their order"
        )
    }
}
