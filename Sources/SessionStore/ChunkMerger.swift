import Timebase

/// Puts the short chunks of a recording together into longer ones, stream by stream.
struct ChunkMerger {
    /// A chunk is closed as soon as it holds so many samples or covers so much time.
    static let samples = 4096
    static let nanoseconds: Int64 = 60_000_000_000
    /// Seconds of sound in a chunk: a longer one costs more to look into than its header does.
    static let audioSeconds = 5

    private var open: [Int64: SampleRun] = [:]
    /// Streams of sound, and how many samples close their chunks.
    private let audio: [Int64: Int]

    init(_ streams: [StreamDescription]) {
        audio = Dictionary(
            uniqueKeysWithValues: streams.compactMap { stream in
                stream.audioRate.map { (stream.id, $0 * Self.audioSeconds) }
            })
    }

    /// Adds a chunk.
    /// - Returns: those that are complete with it, in order.
    mutating func add(_ run: SampleRun) -> [SampleRun] {
        var complete: [SampleRun] = []
        var merged = run
        if var longer = open.removeValue(forKey: run.stream) {
            if (longer.count + run.count) * run.columns.count > SampleBounds.runValues {
                complete.append(longer)
            } else {
                longer.append(run)
                merged = longer
            }
        }
        if merged.count >= audio[run.stream] ?? Self.samples || merged.duration >= Self.nanoseconds
        {
            complete.append(merged)
        } else {
            open[run.stream] = merged
        }
        return complete
    }

    /// What is left at the end, by stream.
    mutating func rest() -> [SampleRun] {
        defer { open.removeAll() }
        return open.values.sorted { $0.stream < $1.stream }
    }
}

extension SampleRun {
    fileprivate var duration: Int64 {
        guard let first = packets.first, let last = packets.last else { return 0 }
        return last.arrival - first.arrival
    }

    fileprivate mutating func append(_ other: SampleRun) {
        count += other.count
        for channel in columns.indices where channel < other.columns.count {
            columns[channel].append(other.columns[channel])
        }
        packets.append(contentsOf: other.packets)
    }
}
