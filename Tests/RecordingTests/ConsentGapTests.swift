import TestSupport
import Testing
import Timebase

@testable import Recording

/// What is not read for want of consent is a gap of cause `pause`, wherever it lies, and nothing of it is
/// stored.
@Suite struct ConsentGapTests {
    /// A frame of an OpenBCI Cyton, 250 a second, numbered modulo 256.
    private func frame(_ number: Int) -> [UInt8] {
        [0xA0, UInt8(number & 255)] + [UInt8](repeating: 7, count: 24)
            + [UInt8](repeating: 0, count: 6) + [0xC0]
    }

    private func time(_ number: Int) -> Int64 {
        SequencedSource.start + Int64(number) * 4_000_000
    }

    private func send(_ numbers: Range<Int>, to source: SequencedSource) {
        for number in numbers {
            source.put(RecordKind.bytes, frame(number), at: time(number))
            if number % 50 == 0 { source.drain() }
        }
        source.drain()
    }

    private func isAbout(_ gap: Gap, _ numbers: Range<Int>) -> Bool {
        gap.cause == .pause && abs(gap.start.nanoseconds - time(numbers.lowerBound)) < 30_000_000
            && abs(gap.end.nanoseconds - time(numbers.upperBound)) < 30_000_000
            && abs(gap.lost - Int64(numbers.count)) <= max(8, gap.lostBound)
    }

    /// Until the reader has closed it, a sensor still gives: before the mark of the closing, nothing of
    /// it is the session's, not even after a crash in between.
    @Test(arguments: [false, true])
    func whatComesBeforeTheClosingIsPassedOver(isRestarted: Bool) throws {
        let directory = try TemporaryDirectory()
        let source = try SequencedSource(directory, device: "openbci-cyton", isWithheld: true)
        // It was just being opened, too.
        source.put(RecordKind.opened, [1], at: time(0))
        send(0..<100, to: source)
        if isRestarted { try source.restart() }
        send(100..<200, to: source)
        #expect(source.samples(1) == 0)
        source.put(RecordKind.paused, [], at: time(200))
        source.drain()
        if isRestarted { try source.restart() }
        #expect(source.samples(1) == 0)
        // The answer is yes.
        source.put(RecordKind.opened, [1], at: time(1_000))
        send(1_000..<1_500, to: source)
        #expect(source.samples(1) == 500)
        source.drain(isLast: true, end: time(1_500))
        let gaps = try #require(source.gaps[1])
        #expect(gaps.keys.sorted() == [-1])
        #expect(isAbout(try #require(gaps[-1]), 0..<1_000), "\(gaps)")
    }

    @Test func withoutAnAnswerTheGapIsTheWholeSession() throws {
        let directory = try TemporaryDirectory()
        let source = try SequencedSource(directory, device: "openbci-cyton", isWithheld: true)
        send(0..<3, to: source)
        source.put(RecordKind.paused, [], at: time(3))
        source.drain(isLast: true, end: time(2_000))
        let gaps = try #require(source.gaps[1])
        #expect(gaps.keys.sorted() == [-1])
        let gap = try #require(gaps[-1])
        #expect(gap.start.nanoseconds == time(0) && gap.end.nanoseconds == time(2_000))
        #expect(isAbout(gap, 0..<2_000))
        #expect(source.samples(1) == 0)
    }

    @Test func aConsentThatIsTakenBackIsAGapToTheNextSampleOrTheEnd() throws {
        let directory = try TemporaryDirectory()
        let source = try SequencedSource(directory, device: "openbci-cyton")
        source.put(RecordKind.opened, [1], at: time(0))
        send(0..<1_000, to: source)
        source.put(RecordKind.paused, [], at: time(1_000))
        source.put(RecordKind.opened, [1], at: time(1_500))
        // The device was started anew.
        for number in 1_500..<2_500 {
            source.put(RecordKind.bytes, frame(number - 1_500), at: time(number))
            if number % 50 == 0 { source.drain() }
        }
        source.put(RecordKind.paused, [], at: time(2_500))
        source.drain(isLast: true, end: time(3_000))
        let gaps = try #require(source.gaps[1])
        #expect(gaps.keys.sorted() == [999, 1_999])
        #expect(isAbout(try #require(gaps[999]), 1_000..<1_500), "\(gaps)")
        #expect(isAbout(try #require(gaps[1_999]), 2_500..<3_000), "\(gaps)")
        #expect(gaps[1_999]?.end.nanoseconds == time(3_000))
    }

    /// One that had given nothing before it was closed is missing from then on.
    @Test func aSilentSensorIsMissingFromItsClosing() throws {
        let directory = try TemporaryDirectory()
        let source = try SequencedSource(directory, device: "openbci-cyton")
        source.put(RecordKind.opened, [1], at: time(0))
        source.put(RecordKind.paused, [], at: time(500))
        source.put(RecordKind.opened, [1], at: time(750))
        source.drain(isLast: true, end: time(900))
        let gaps = try #require(source.gaps[1])
        #expect(gaps.count == 1)
        #expect(gaps[-1]?.start.nanoseconds == time(500))
        #expect(gaps[-1]?.end.nanoseconds == time(750))
    }
}
