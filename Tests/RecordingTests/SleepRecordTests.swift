import TestSupport
import Testing
import Timebase

@testable import Recording

/// The machine sleeps while a device sends.
@Suite struct SleepRecordTests {
    /// A frame of an OpenBCI Cyton, 250 a second, numbered modulo 256.
    private func frame(_ number: Int) -> [UInt8] {
        [0xA0, UInt8(number & 255)] + [UInt8](repeating: 7, count: 24)
            + [UInt8](repeating: 0, count: 6) + [0xC0]
    }

    private func nanoseconds(_ value: Int64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// On the clock that stood still.
    private func time(_ sample: Int) -> Int64 {
        SequencedSource.start + Int64(sample) * 4_000_000
    }

    @Test(arguments: [true, false])
    func aGapTellsOfItAndNoTimeMoves(goesOn: Bool) throws {
        let directory = try TemporaryDirectory()
        let source = try SequencedSource(directory, device: "openbci-cyton")
        source.put(RecordKind.opened, [1], at: time(0))
        for number in 0..<600 {
            source.put(RecordKind.bytes, frame(number), at: time(number))
            if number % 50 == 0 { source.drain() }
        }
        // Half a frame was read when it fell asleep.
        source.put(RecordKind.bytes, Array(frame(600).prefix(11)), at: time(600))
        let slept: Int64 = 5_000_000_000
        source.put(RecordKind.slept, nanoseconds(slept), at: time(600))
        let missed = goesOn ? Int(slept / 4_000_000) : 0
        source.put(RecordKind.bytes, Array(frame(600 + missed).suffix(22)), at: time(600))
        for number in 601..<1_200 {
            source.put(RecordKind.bytes, frame(number + missed), at: time(number))
            if number % 50 == 0 { source.drain() }
        }
        source.drain(isLast: true, end: time(1_200))
        #expect(source.samples(1) == 1_199)
        let gaps = try #require(source.gaps[1])
        #expect(gaps.keys.sorted() == [599], "\(gaps)")
        let gap = try #require(gaps[599])
        #expect(gap.cause == .sleep, "\(gap)")
        // The frame that was cut in two is lost as well.
        #expect(abs(gap.lost - Int64(missed + 1)) <= gap.lostBound, "\(gap)")
        #expect(gap.end - gap.start < 30_000_000, "\(gap)")
        for segment in (source.segments[1] ?? [:]).values {
            let sample = Int(segment.firstIndex) + (segment.firstIndex > 599 ? 1 : 0)
            let error = abs(segment.origin.nanoseconds - time(sample))
            #expect(error <= segment.bound, "\(segment)")
        }
    }
}
