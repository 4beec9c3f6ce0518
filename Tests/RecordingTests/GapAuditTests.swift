import LinuxDevices
import TestSupport
import Testing
import Timebase

@testable import Recording

/// Whatever costs samples becomes a gap row with cause, start, end and number.
@Suite struct GapAuditTests {
    /// A frame of an OpenBCI Cyton, 250 a second, numbered modulo 256.
    private func frame(_ number: Int) -> [UInt8] {
        [0xA0, UInt8(number & 255)] + [UInt8](repeating: 7, count: 24)
            + [UInt8](repeating: 0, count: 6) + [0xC0]
    }

    /// It arrives 15 ms (the profile's typical delay) after it was sampled, and a little later.
    private func arrival(_ number: Int) -> Int64 {
        time(number) + 15_000_000 + Int64(number % 3) * 100_000
    }

    private func time(_ number: Int) -> Int64 {
        SequencedSource.start + Int64(number) * 4_000_000
    }

    private func send(_ numbers: Range<Int>, to source: SequencedSource) {
        for number in numbers {
            source.put(RecordKind.bytes, frame(number), at: arrival(number))
            if number % 50 == 0 { source.drain() }
        }
    }

    /// The gap lies where the samples before and after it are: they are known to a millisecond here.
    private func expect(
        _ gap: Gap, _ cause: Gap.Cause, lost: Range<Int>, slack: Int64 = 1_000_000
    ) {
        #expect(gap.cause == cause)
        #expect(abs(gap.lost - Int64(lost.count)) <= gap.lostBound, "\(gap)")
        #expect(abs(gap.start.nanoseconds - time(lost.lowerBound - 1)) < slack, "\(gap)")
        #expect(abs(gap.end.nanoseconds - time(lost.upperBound)) < slack, "\(gap)")
    }

    @Test func lostPacketsAreAGap() throws {
        let directory = try TemporaryDirectory()
        let source = try SequencedSource(directory, device: "openbci-cyton")
        send(0..<1_000, to: source)
        send(1_010..<2_000, to: source)
        // As many as the counter has numbers: nothing but the time shows it.
        send(2_256..<4_000, to: source)
        source.drain(isLast: true)
        let gaps = try #require(source.gaps[1])
        #expect(gaps.keys.sorted() == [999, 1_989])
        let counted = try #require(gaps[999])
        expect(counted, .counter, lost: 1_000..<1_010)
        #expect(counted.lostBound == 0)
        let turn = try #require(gaps[1_989])
        expect(turn, .inferred, lost: 2_000..<2_256)
        #expect(turn.lost == 256)
        #expect(source.segments[1]?.keys.sorted() == [0, 1_000, 1_990])
    }

    @Test func aReconnectionIsAGap() throws {
        let directory = try TemporaryDirectory()
        let source = try SequencedSource(directory, device: "openbci-cyton")
        send(0..<1_000, to: source)
        source.put(RecordKind.ended, [0, 0, 0, 0], at: arrival(1_000))
        source.put(RecordKind.opened, [1], at: arrival(1_400))
        // The device counts anew.
        for number in 1_500..<2_500 {
            source.put(RecordKind.bytes, frame(number - 1_500), at: arrival(number))
            if number % 50 == 0 { source.drain() }
        }
        source.drain(isLast: true)
        let gaps = try #require(source.gaps[1])
        #expect(gaps.count == 1)
        expect(try #require(gaps[999]), .disconnect, lost: 1_000..<1_500)
        #expect(source.segments[1]?.keys.sorted() == [0, 1_000])
    }

    @Test func aFullRingIsAGap() throws {
        let directory = try TemporaryDirectory()
        let source = try SequencedSource(directory, device: "openbci-cyton")
        send(0..<1_000, to: source)
        source.drain()
        // The store does not keep up: the ring fills, and what comes then is lost.
        var number = 1_000
        while source.put(RecordKind.bytes, frame(number), at: arrival(number)) { number += 1 }
        let lost = number..<number + 90
        for missed in lost.dropFirst() {
            let fits = source.put(RecordKind.bytes, frame(missed), at: arrival(missed))
            #expect(!fits)
        }
        source.drain()
        send(lost.upperBound..<lost.upperBound + 1_000, to: source)
        source.drain(isLast: true)
        let gaps = try #require(source.gaps[1])
        #expect(gaps.count == 1, "\(gaps.values)")
        let gap = try #require(gaps[Int64(number) - 1])
        expect(gap, .overflow, lost: lost)
        #expect(gap.lost == 90 && gap.lostBound == 0)
    }

    /// Fills the ring, and loses so many frames behind what fits.
    /// - Returns: the numbers of what was lost.
    private func overflow(_ source: SequencedSource, from first: Int, losing count: Int) -> Range<
        Int
    > {
        var number = first
        while source.put(RecordKind.bytes, frame(number), at: arrival(number)) { number += 1 }
        let lost = number..<number + count
        for missed in lost.dropFirst() {
            source.put(RecordKind.bytes, frame(missed), at: arrival(missed))
        }
        return lost
    }

    /// No later sample shows what was lost when a session ended: whether the ring had room to tell it by then
    /// or not, and whatever happened to the daemon.
    @Test(arguments: ["untold", "told", "restarted", "cut"])
    func aRingThatIsFullAtTheEndIsAGap(how: String) throws {
        let directory = try TemporaryDirectory()
        let source = try SequencedSource(directory, device: "openbci-cyton")
        send(0..<1_000, to: source)
        source.drain()
        let lost = overflow(source, from: 1_000, losing: 500)
        let last = arrival(lost.upperBound - 1)
        // The session ends a second after the last of it, or in the midst of it.
        var end = how == "cut" ? arrival(lost.upperBound - 200) : last + 1_000_000_000
        if how == "told" || how == "restarted" {
            source.drain()
            source.tellLosses()
            source.drain()
        }
        if how == "restarted" {
            // When the last of it came is forgotten, and nothing was read since.
            try source.restartStreams()
            end = last + 4_000_000
        }
        source.drain(isLast: true, end: end)
        let gaps = try #require(source.gaps[1])
        #expect(gaps.keys.sorted() == [Int64(lost.lowerBound) - 1], "\(gaps)")
        let gap = try #require(gaps.values.first)
        #expect(gap.cause == .overflow)
        #expect(abs(gap.start.nanoseconds - time(lost.lowerBound - 1)) < 1_000_000)
        #expect(gap.end.nanoseconds == (how == "told" || how == "untold" ? last : end))
        let count = Int64(how == "cut" ? 301 : 500)
        // The last one had been under way for the typical delay of 15 ms.
        #expect(abs(gap.lost - count) <= 5 && abs(gap.lost - count) <= gap.lostBound, "\(gap)")
    }

    /// Where the estimate is as many samples as the device's counter has numbers, the row does not say that the
    /// counter shows it: the finisher would believe that, and take the turns away.
    @Test func anEstimateAtTheEndIsNoCountOfTheCounter() throws {
        var estimates: Set<Int64> = []
        for count in 506...518 {
            let directory = try TemporaryDirectory()
            let source = try SequencedSource(directory, device: "openbci-cyton")
            send(0..<1_000, to: source)
            source.drain()
            let lost = overflow(source, from: 1_000, losing: count)
            source.drain(isLast: true, end: arrival(lost.upperBound))
            let gap = try #require(source.gaps[1]?.values.first)
            estimates.insert(gap.lost)
            #expect(gap.lostBound % 256 != 0 && gap.lostBound >= gap.lost, "\(gap)")
        }
        #expect(estimates.contains(512), "\(estimates.sorted())")
    }

    /// What later samples show is no loss at the end, and what came before a session is none of it.
    @Test func aLossBeforeTheLastSampleIsNoneAtTheEnd() throws {
        let directory = try TemporaryDirectory()
        let source = try SequencedSource(directory, device: "openbci-cyton")
        send(0..<1_000, to: source)
        source.drain()
        let lost = overflow(source, from: 1_000, losing: 90)
        source.drain()
        send(lost.upperBound..<lost.upperBound + 20, to: source)
        source.drain(isLast: true, end: arrival(lost.upperBound + 20))
        #expect(source.gaps[1]?.keys.sorted() == [Int64(lost.lowerBound) - 1], "\(source.gaps)")
    }

    @Test func aLossFromBeforeTheSessionIsNoneOfIt() throws {
        let directory = try TemporaryDirectory()
        let source = try SequencedSource(directory, device: "openbci-cyton")
        let before = SequencedSource.start - 10_000_000_000
        while source.put(RecordKind.settings, [], at: before) {}
        source.take()
        source.drain(isLast: true, end: time(0))
        #expect(source.gaps.isEmpty, "\(source.gaps)")
    }

    /// Where not one sample of a session found room, what was lost is counted by its time: the bytes may be from before
    /// it.
    @Test func bytesFromBeforeTheSessionAreNoneOfItsLoss() throws {
        let directory = try TemporaryDirectory()
        let source = try SequencedSource(directory, device: "openbci-cyton")
        while source.put(RecordKind.settings, [], at: arrival(-1_000)) {}
        for number in -900..<300 {
            source.put(RecordKind.bytes, frame(number), at: arrival(number))
        }
        source.take()
        source.drain(isLast: true, end: arrival(300))
        let gap = try #require(source.gaps[1]?.values.first)
        #expect(gap.cause == .overflow && abs(gap.lost - 300) <= 5, "\(gap)")
    }

    @Test func droppedInputEventsAreAGap() throws {
        let directory = try TemporaryDirectory()
        let source = try SequencedSource(directory, device: "pointer")
        func at(_ milliseconds: Int64) -> Instant {
            Instant(nanoseconds: SequencedSource.start + milliseconds * 1_000_000)
        }
        source.put(InputRecord(stamp: at(10), action: .buttonPress, keyClass: .pointerButton))
        for step in 0..<10 as Range<Int64> {
            source.put(InputRecord(stamp: at(20 + step * 8), action: .motion, horizontal: 3))
        }
        source.put(InputRecord(stamp: at(120), action: .dropped))
        source.put(InputRecord(stamp: at(140), action: .motion, horizontal: 3))
        source.drain(isLast: true)
        let buttons = try #require(source.gaps[1]?[0])
        #expect(buttons.cause == .dropped && buttons.lost == 0)
        #expect(buttons.start == at(10) && buttons.end == at(120))
        // Nobody presses faster than 25 times a second for long.
        #expect(buttons.lostBound == 3)
        let motion = try #require(source.gaps[2]?[9])
        #expect(motion.cause == .dropped)
        #expect(motion.start == at(92) && motion.end == at(140))
        #expect(motion.lostBound >= 48)
    }

    /// The tolerance is the profile's: the same silence is a gap at 250 Hz, and none at 1 Hz.
    @Test func eachStreamHasItsOwnTolerance() throws {
        let fast = StreamRecorder.model(rate: 250, tolerance: 100_000_000)
        let slow = StreamRecorder.model(rate: 1, tolerance: 20_000_000_000)
        for (model, rate, silence) in [(fast, 250.0, 4), (slow, 1.0, 4)] {
            var clock = SampleClock(model)
            var gaps: Set<Int64> = []
            let count = max(60, Int(rate) * 8)
            for number in 0..<count * 2 {
                // Half way it is silent for so many seconds, and then goes on.
                let late = number >= count ? Double(silence) * 1e9 : 0
                clock.observe(
                    count: 1,
                    arrival: Instant(nanoseconds: Int64(Double(number) * 1e9 / rate + late)))
                for gap in clock.update().gaps { gaps.insert(gap.afterIndex) }
            }
            for gap in clock.close().gaps { gaps.insert(gap.afterIndex) }
            #expect(gaps == (rate > 1 ? [Int64(count) - 1] : []), "\(rate) Hz")
        }
    }
}

extension StreamRecorder {
    fileprivate static func model(rate: Double, tolerance: Int64) -> ClockModel {
        ClockModel(kind: .arrival, period: 1e9 / rate, gapTolerance: tolerance)
    }
}
