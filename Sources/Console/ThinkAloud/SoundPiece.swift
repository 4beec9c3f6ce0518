import Timebase

/// Samples of a page's microphone that came together.
struct SoundPiece: Hashable, Sendable {
    /// Number of the first sample, of this page at this rate, from 0; counts what the page lost.
    var first: Int64
    /// When it was captured, on the page's clock.
    var captured: Instant
    /// 16 bit, little-endian, one channel.
    var data: [UInt8]
    /// Samples that the page lost right before the first.
    var missing: Int64 = 0
    /// Whether an unknown number was lost there.
    var isInterrupted = false

    var count: Int { data.count / 2 }

    /// The piece without what came before a sample; nil where nothing is left.
    /// - Parameter rate: samples a second.
    func dropping(before sample: Int64, rate: Int) -> SoundPiece? {
        guard sample > first else { return self }
        guard sample < first + Int64(count) else { return nil }
        let dropped = Int(sample - first)
        var rest = self
        rest.first = sample
        rest.data = Array(data.dropFirst(2 * dropped))
        rest.captured = captured + Int64((Double(dropped) * 1e9 / Double(rate)).rounded())
        rest.missing = 0
        rest.isInterrupted = false
        return rest
    }
}
