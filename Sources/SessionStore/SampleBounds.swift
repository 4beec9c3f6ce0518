/// What the numbers of a session file can be: arithmetic on a damaged or a stranger's file must
/// neither overflow nor ask for all of the memory.
public enum SampleBounds {
    /// Largest ordinal of a sample: centuries at 1 MHz, and a double still tells neighbours apart.
    static let index: Int64 = 1 << 53
    /// Most samples in one chunk.
    static let chunkSamples: Int64 = 1 << 24
    /// Most bytes of a chunk's blob that is written, before it is compressed.
    static let chunkBytes = 1 << 30
    /// Most values of all channels together that are read at once, of a chunk or of a window: 64 MiB. A
    /// chunk's own is a quarter of a second, or a minute.
    static let values = 1 << 23
    /// Values at which what is recorded or merged begins a new chunk, so that each can be read again.
    public static let runValues = 1 << 22
    /// Nanoseconds on the session's clock: 36 years after the start of a machine, and before it. Sums and
    /// differences of a few of them stay within 64 bits.
    static let times: ClosedRange<Int64> = -(1 << 60)...(1 << 60)
    /// Nanoseconds from a session's start that its clock may be taken to have gone on for: 18 years.
    static let elapsed: ClosedRange<Int64> = 0...(1 << 59)
    /// Nanoseconds since 1970, until 2116.
    static let realtimes: ClosedRange<Int64> = -(1 << 62)...(1 << 62)
    /// Samples a second of a regular stream; 0 counts as none.
    static let rates = 0...1e9
    /// Most streams of a session, and most channels of all of them.
    static let streams = 4096
    static let channels = 1 << 14

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

    /// Whether so many samples of so many channels may be held at once.
    static func holds(count: Int, channels: Int) -> Bool {
        let (values, isTooMuch) = count.multipliedReportingOverflow(by: max(channels, 1))
        return count >= 0 && !isTooMuch && values <= Self.values
    }
}
