import Timebase

/// Collects the smallest and largest value of ever larger buckets of one channel's samples.
///
/// Level 1 has buckets of 16 samples, each further level buckets of 4 times as many. Complete
/// buckets are put together into blocks of 256, which `takeReady()` hands out for storing. NaNs are
/// passed over; a bucket of nothing but NaNs is NaN.
struct PyramidBuilder {
    static let levels = 8
    static let firstBucket = 16
    static let factor = 4
    static let blockBuckets = 256

    /// Samples in a bucket of a level (from 1 on).
    static func bucketSamples(_ level: Int) -> Int64 {
        Int64(firstBucket) << Int64(2 * (level - 1))
    }

    /// A row of the pyramid: minimum and maximum of consecutive buckets, alternating.
    struct Block: Hashable {
        var level: Int
        var firstBucket: Int64
        var values: [Float]
        var bucketCount: Int { values.count / 2 }
    }

    private struct Level {
        /// Ordinal of the first bucket in `pending`.
        var first: Int64 = 0
        var pending: [Float] = []
        /// The bucket that is filling: its extremes, and how many parts it has.
        var low: Float = .nan
        var high: Float = .nan
        var parts = 0
    }

    private var level: [Level]
    private var ready: [Block] = []
    private let lowest: Int

    /// Of sound, levels 1 and 2 are left out: at 48 kHz they would be as large as the sound itself,
    /// and a bucket of level 3 is 5 ms.
    static let lowestOfAudio = 3

    /// - Parameters:
    ///   - stored: how many buckets of each level (1 first) are stored already.
    ///   - lowest: the lowest level that is to be stored.
    init(stored: [Int64] = Array(repeating: 0, count: levels), lowest: Int = 1) {
        level = stored.map { Level(first: $0) }
        self.lowest = lowest
    }

    /// Adds the next samples of the channel.
    mutating func append(_ column: SampleColumn) {
        switch column {
        case .integers(let values): append(values)
        case .reals(let values):
            for value in values { addPart(Float(value), Float(value), at: 0) }
        }
    }

    private mutating func append(_ values: [Int64]) {
        var index = 0
        // Up to the next bucket's start, then whole buckets, then the rest.
        while index < values.count && level[0].parts > 0 {
            addPart(Float(values[index]), Float(values[index]), at: 0)
            index += 1
        }
        while index + Self.firstBucket <= values.count {
            var low = values[index]
            var high = low
            for value in values[index..<index + Self.firstBucket] {
                low = min(low, value)
                high = max(high, value)
            }
            complete(Float(low), Float(high), at: 0)
            index += Self.firstBucket
        }
        while index < values.count {
            addPart(Float(values[index]), Float(values[index]), at: 0)
            index += 1
        }
    }

    /// Adds a bucket of the level below, as read back from the file.
    mutating func addBucket(low: Float, high: Float, toLevel number: Int) {
        addPart(low, high, at: number - 1)
    }

    /// Adds a part to the bucket that is filling at `index` (level - 1).
    private mutating func addPart(_ low: Float, _ high: Float, at index: Int) {
        // Comparisons with NaN are false, so that the first number replaces it.
        if !(level[index].low <= low), !low.isNaN { level[index].low = low }
        if !(level[index].high >= high), !high.isNaN { level[index].high = high }
        level[index].parts += 1
        if level[index].parts == (index == 0 ? Self.firstBucket : Self.factor) {
            let (low, high) = (level[index].low, level[index].high)
            level[index].low = .nan
            level[index].high = .nan
            level[index].parts = 0
            complete(low, high, at: index)
        }
    }

    private mutating func complete(_ low: Float, _ high: Float, at index: Int) {
        level[index].pending.append(low)
        level[index].pending.append(high)
        if level[index].pending.count == 2 * Self.blockBuckets { flush(index) }
        if index + 1 < level.count { addPart(low, high, at: index + 1) }
    }

    private mutating func flush(_ index: Int) {
        guard !level[index].pending.isEmpty else { return }
        let block = Block(
            level: index + 1, firstBucket: level[index].first, values: level[index].pending)
        if block.level >= lowest { ready.append(block) }
        level[index].first += Int64(block.bucketCount)
        level[index].pending.removeAll(keepingCapacity: true)
    }

    /// The blocks that became full since the last call.
    mutating func takeReady() -> [Block] {
        if ready.isEmpty { return [] }
        defer { ready.removeAll(keepingCapacity: true) }
        return ready
    }

    /// All complete buckets that are left, as shorter blocks: for the end of a stream.
    mutating func takeRest() -> [Block] {
        for index in level.indices { flush(index) }
        return takeReady()
    }
}
