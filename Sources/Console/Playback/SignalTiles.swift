import SessionStore
import Timebase

/// A channel as recorded, for drawing: extremes of each pixel, or single samples. Nothing is made up
/// where there is none.
struct SignalTiles {
    let reader: SessionReader
    let start: Instant

    /// How many samples are given out at once.
    static let mostSamples = 200_000

    /// Pairs of the smallest and the largest value of each pixel, in the channel's unit; NaN where the
    /// pixel holds no sample.
    func tile(
        stream: Int64, channel: Int, from: Instant, to: Instant, pixels: Int
    ) throws -> [Float] {
        let overview = try reader.overview(
            stream, channel: channel, from: from, to: to, pixels: pixels)
        var pairs = [Float](repeating: .nan, count: 2 * pixels)
        for pixel in 0..<pixels where !overview.minimum[pixel].isNaN {
            let one = overview.channel.physical(Double(overview.minimum[pixel]))
            let other = overview.channel.physical(Double(overview.maximum[pixel]))
            // A channel with a negative scale turns the two around.
            guard one.isFinite, other.isFinite else { continue }
            pairs[2 * pixel] = Float(min(one, other))
            pairs[2 * pixel + 1] = Float(max(one, other))
        }
        return pairs
    }

    /// The samples of `from..<to`: seconds since the session's start, and values in the channel's unit.
    /// - Throws: `ConsoleRefusal` where there are more than are given out at once.
    func samples(
        stream: Int64, channel: Int, from: Instant, to: Instant
    ) throws -> (times: [Double], values: [Float]) {
        try refuseMany(stream: stream, from: from, to: to)
        let window = try reader.window(stream, channel: channel, from: from, to: to)
        return (
            window.times.map { $0.seconds(since: start) }, window.physical(0).map { Float($0) }
        )
    }

    /// Counts before anything is read.
    func refuseMany(stream: Int64, from: Instant, to: Instant) throws {
        guard let first = try reader.index(atOrAfter: from, in: stream) else { return }
        let last =
            try reader.index(atOrAfter: to, in: stream) ?? reader.sampleCount(of: stream)
        guard last - first <= Int64(Self.mostSamples) else {
            throw ConsoleRefusal(
                .contentTooLarge,
                "These are \(last - first) samples; ask for a stretch with at most "
                    + "\(Self.mostSamples), or for tiles.")
        }
    }
}
