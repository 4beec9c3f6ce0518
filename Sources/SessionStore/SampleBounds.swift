/// What the numbers of a session file can be: arithmetic on a damaged or a stranger's file must
/// neither overflow nor ask for all of the memory.
enum SampleBounds {
    /// Largest ordinal of a sample: centuries at 1 MHz, and a double still tells neighbours apart.
    static let index: Int64 = 1 << 53
    /// Most samples in one chunk.
    static let chunkSamples: Int64 = 1 << 24
    /// Most bytes of a chunk's blob, expanded.
    static let chunkBytes = 1 << 30

    /// The ordinals of a chunk row's samples; nil where they are impossible.
    static func indices(first: Int64, count: Int64) -> Range<Int64>? {
        guard first >= 0, first <= index, count >= 1, count <= chunkSamples else { return nil }
        return first..<(first + count)
    }

    /// The ordinals of a pyramid row's buckets; nil where they are impossible.
    static func buckets(first: Int64, count: Int) -> Range<Int64>? {
        guard first >= 0, first <= index, count >= 0, count <= 1 << 24 else { return nil }
        return first..<(first + Int64(count))
    }
}
