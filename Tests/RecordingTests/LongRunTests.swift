import SessionStore
import Testing
import Timebase

@testable import Recording

@Suite("Long runs")
struct LongRunTests {
    @Test("What waits while the store is far behind comes in chunks that can be read")
    func split() {
        let channels = 64
        let description = StreamDescription(
            id: 1, name: "eeg", kind: "signal", nominalRate: 10_000,
            channels: (0..<channels).map { ChannelDescription(name: "c\($0)", unit: "uV") })
        let recorder = StreamRecorder(description, model: description.clockModel)
        let takes = 10
        let count = 10_000
        for take in 0..<takes {
            let column = SampleColumn.integers(
                (0..<count).map { Int64(take * count + $0) })
            recorder.take(
                Array(repeating: column, count: channels), count: count,
                arrival: Instant(nanoseconds: Int64(take + 1) * 1_000_000_000), breaks: [])
        }
        #expect(recorder.pendingBytes == takes * count * channels * 8)
        var batch = SessionBatch()
        recorder.hand(over: &batch, isLast: false)
        #expect(recorder.pendingBytes == 0)
        #expect(batch.samples.count == 2)
        var next: Int64 = 0
        for run in batch.samples {
            #expect(run.firstIndex == next)
            #expect(run.count * channels <= SampleBounds.runValues)
            #expect(run.packets.reduce(0) { $0 + $1.count } == run.count)
            guard case .integers(let values) = run.columns[channels - 1] else {
                Issue.record("the column changed its storage")
                return
            }
            #expect(values.count == run.count && values.first == next)
            next += Int64(run.count)
        }
        #expect(next == Int64(takes * count))
        var second = SessionBatch()
        recorder.hand(over: &second, isLast: false)
        #expect(second.samples.isEmpty)
    }
}
