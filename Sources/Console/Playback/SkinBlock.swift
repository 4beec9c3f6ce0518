import Measures
import SessionStore
import Timebase

/// Tonic and phasic skin conductance of five minutes, reduced to extremes of short stretches (buckets).
struct SkinBlock: Sendable {
    /// Nanoseconds of a block, and the number of its buckets.
    static let length: Int64 = 300_000_000_000
    static let buckets = 4096

    let start: Instant
    /// Pairs of smallest and largest value of each bucket; NaN where there is no sample.
    private(set) var tonic: [Float]
    private(set) var phasic: [Float]

    /// - Parameter part: holds the block's time.
    init(number: Int64, part: SkinPart) {
        start = Instant(nanoseconds: number * Self.length)
        let end = start + Self.length
        var tonic = PixelRow(from: start, to: end, pixels: Self.buckets)
        var phasic = tonic
        for place in part.times.place(of: start)..<part.times.place(of: end) {
            tonic.add(part.components.tonic[place], at: part.times[place])
            phasic.add(part.components.phasic[place], at: part.times[place])
        }
        self.tonic = tonic.pairs
        self.phasic = phasic.pairs
    }

    /// The moment at which a bucket begins.
    func start(of bucket: Int) -> Instant {
        start + Int64(Double(bucket) * Double(Self.length) / Double(Self.buckets))
    }
}
