import Testing
import Timebase

@testable import SessionStore

@Suite("Merging chunks")
struct ChunkMergerTests {
    private static let channels = 1_100

    private static func run(_ first: Int64, _ count: Int) -> SampleRun {
        let column = SampleColumn.integers(Array(repeating: first, count: count))
        return SampleRun(
            stream: 1, firstIndex: first, count: count,
            columns: Array(repeating: column, count: channels),
            packets: [SamplePacket(count: count, arrival: Instant(nanoseconds: first))])
    }

    @Test("Chunks of many channels stay short enough to be read")
    func wide() {
        let stream = StreamDescription(
            id: 1, name: "grid", kind: "signal",
            channels: (0..<Self.channels).map { ChannelDescription(name: "c\($0)", unit: "uV") })
        var merger = ChunkMerger([stream])
        #expect(merger.add(Self.run(0, 2_100)).isEmpty)
        // Together they would hold 4,620,000 values.
        #expect(merger.add(Self.run(2_100, 2_100)).map(\.firstIndex) == [0])
        // A long one closes what is open, and itself.
        let complete = merger.add(Self.run(4_200, 3_000))
        #expect(complete.map(\.firstIndex) == [2_100])
        #expect(merger.rest().map(\.count) == [3_000])
        #expect(complete.allSatisfy { $0.count * Self.channels <= SampleBounds.runValues })
    }

    @Test("Chunks of few channels are merged as before")
    func narrow() {
        var merger = ChunkMerger([
            StreamDescription(
                id: 1, name: "grid", kind: "signal",
                channels: (0..<Self.channels).map { ChannelDescription(name: "c\($0)", unit: "uV") }
            )
        ])
        #expect(merger.add(Self.run(0, 100)).isEmpty)
        #expect(merger.add(Self.run(100, 100)).isEmpty)
        #expect(merger.rest().map(\.count) == [200])
    }
}
