import Playback
import TestSupport
import Testing
import Timebase

@Suite struct ReplayClockTests {
    private let range = Instant(nanoseconds: 1_000)...Instant(nanoseconds: 3_600_000_001_000)
    private func now(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1e9)) }
    private func at(_ seconds: Double) -> Instant {
        Instant(nanoseconds: 1_000 + Int64(seconds * 1e9))
    }

    @Test func itStandsStillUntilItPlays() {
        var clock = ReplayClock(range: range)
        #expect(clock.position(at: now(100)) == at(0))
        clock.play(at: now(100))
        #expect(clock.position(at: now(102.5)) == at(2.5))
    }

    @Test func aPauseDoesNotSkip() {
        var clock = ReplayClock(range: range, rate: 3)
        clock.play(at: now(0))
        let before = clock.position(at: now(1.234567891))
        clock.pause(at: now(1.234567891))
        #expect(clock.position(at: now(1.234567891)) == before)
        #expect(clock.position(at: now(50)) == before)
        clock.play(at: now(50))
        #expect(clock.position(at: now(50)) == before)
        #expect(clock.position(at: now(51)) == before + 3_000_000_000)
    }

    @Test func aChangeOfRateTakesEffectFromThere() {
        var clock = ReplayClock(range: range)
        clock.play(at: now(0))
        clock.setRate(16, at: now(10))
        #expect(clock.position(at: now(10)) == at(10))
        #expect(clock.position(at: now(11)) == at(26))
        clock.setRate(0.1, at: now(11))
        #expect(clock.position(at: now(21)) == at(27))
    }

    @Test func aSeekLandsExactly() {
        var clock = ReplayClock(range: range, rate: 7.3)
        clock.seek(to: Instant(nanoseconds: 123_456_789_012), at: now(3))
        #expect(clock.position(at: now(9)) == Instant(nanoseconds: 123_456_789_012))
        clock.play(at: now(10))
        clock.seek(to: Instant(nanoseconds: 777), at: now(11.1))
        #expect(clock.position(at: now(11.1)) == range.lowerBound)
        clock.seek(to: at(1e9), at: now(12))
        #expect(clock.position(at: now(12)) == range.upperBound)
    }

    @Test func ratesStayInTheirBounds() {
        var clock = ReplayClock(range: range, rate: 99)
        #expect(clock.rate == 16)
        clock.setRate(0, at: now(0))
        #expect(clock.rate == 0.1)
        clock.setRate(.nan, at: now(0))
        #expect(clock.rate == 1)
    }

    @Test func itPausesAtTheEndAndPlaysOnWhereItHadEnded() {
        var clock = ReplayClock(range: at(0)...at(5))
        clock.play(at: now(0))
        #expect(clock.position(at: now(60)) == at(5))
        // Grown meanwhile: what came in is played and not jumped over.
        clock.setRange(at(0)...at(60), at: now(60))
        #expect(clock.position(at: now(61)) == at(6))
        let early = clock.pauseAtEnd(now(61))
        #expect(!early)
        let ended = clock.pauseAtEnd(now(200))
        #expect(ended)
        #expect(!clock.isPlaying)
        #expect(clock.position(at: now(900)) == at(60))
    }

    @Test func aMomentIsWhenAPositionIsReached() throws {
        var clock = ReplayClock(range: range, rate: 4)
        #expect(clock.moment(of: at(8)) == nil)
        clock.play(at: now(1))
        let moment = try #require(clock.moment(of: at(8)))
        #expect(clock.position(at: moment) >= at(8))
        #expect(clock.position(at: moment + -1) < at(8))
    }

    @Test func anySequenceOfCommandsKeepsThePositionContinuous() {
        var generator = SeededGenerator(seed: 4)
        var clock = ReplayClock(range: range)
        var time = Instant(nanoseconds: 0)
        for _ in 0..<10_000 {
            time = time + Int64.random(in: 0...300_000_000, using: &generator)
            let before = clock.position(at: time)
            switch Int.random(in: 0...3, using: &generator) {
            case 0: clock.play(at: time)
            case 1: clock.pause(at: time)
            case 2: clock.setRate(.random(in: 0.1...16, using: &generator), at: time)
            default:
                let target = Instant(
                    nanoseconds: .random(in: 1_000...3_600_000_001_000, using: &generator))
                clock.seek(to: target, at: time)
                #expect(clock.position(at: time) == target)
                continue
            }
            #expect(clock.position(at: time) == before)
        }
    }

    @Test func timesAreReadAndWritten() {
        let read: [(String, Int64?)] = [
            ("90", 90_000_000_000), ("1:30", 90_000_000_000), ("90.5s", 90_500_000_000),
            ("1:02:03.25", 3_723_250_000_000), ("0.1", 100_000_000), ("", nil), ("s", nil),
            ("1:60", nil), ("-3", nil), ("nan", nil), ("1e3", nil), ("1::2", nil),
            ("99999999999999", nil), ("1:2:3:4", nil), ("inf", nil), ("0x10", nil),
        ]
        for (text, value) in read { #expect(TimeText.nanoseconds(text) == value, "\(text)") }
        #expect(TimeText.clock(3_723_250_999_999) == "01:02:03.250")
        #expect(TimeText.clock(-1) == "-00:00:00.001")
        #expect(TimeText.short(3_723_250_000_000) == "1:02:03")
        #expect(TimeText.seconds(12_000_250_999) == "12.000250")
        #expect(TimeText.decimal(2.96, places: 1) == "3.0")
        #expect(TimeText.decimal(-0.01, places: 1) == "0.0")
    }
}
