import DeviceProfiles
import TestSupport
import Testing
import Timebase

@testable import Recording

/// Alarms that must come in time, and must not come otherwise.
@Suite struct SilenceWatchTests {
    private static let second: Int64 = 1_000_000_000

    /// A strap that tells once a second, over a radio that is late now and then, through the ring and its
    /// profile's decoder; looked at as often as the station does, which is behind by up to 0.3 s.
    @Test func noneInADayAtOneHertz() throws {
        let directory = try TemporaryDirectory()
        let source = try SequencedSource(directory, device: "heart-rate")
        let watch = SilenceWatch(streams: [
            SilenceWatch.Stream(
                name: "heart", limit: StreamProfile.usualSilenceLimit(rate: 1), isDemanded: true)
        ])
        #expect(watch.wholeLimit == 2 * Self.second)
        var generator = SeededGenerator(seed: 24)
        let opened = Instant(nanoseconds: SequencedSource.start)
        var last: Int64 = SequencedSource.start
        var false24 = 0
        var looks = 0
        var widest: Int64 = 0
        for beat in 1...86_400 {
            // The strap's own clock is slow by 40 ppm; each packet waits for its turn on the air, one
            // in a hundred is sent anew for up to 0.42 s, one in an hour waits for nearly a second.
            var time = SequencedSource.start + Int64(beat) * Self.second / 1_000_000 * 1_000_040
            time += Int64.random(in: 0...50_000_000, using: &generator)
            if beat % 100 == 50 { time += Int64.random(in: 0...420_000_000, using: &generator) }
            if beat % 3600 == 1800 { time += 900_000_000 }
            time = max(time, last + 1_000)
            // Before it arrives, the station looks at what it knows.
            for step in 1...4 {
                let known = last + (time - last) / 5 * Int64(step)
                looks += 1
                let arrivals = source.health?.arrivals(1) ?? []
                false24 +=
                    watch.silences(
                        arrivals, since: opened, known: Instant(nanoseconds: known)
                    ).count
            }
            widest = max(widest, time - last)
            source.put(RecordKind.packet, [0, 0, 72], at: time)
            if beat % 3 == 0 { source.drain() } else { source.take() }
            last = time
        }
        #expect(source.health?.samples == 86_400)
        print(
            "a day at 1 Hz: \(looks) looks, longest between two arrivals \(Double(widest) / 1e9) s")
        #expect(false24 == 0)
        #expect(widest > 3 * Self.second / 2, "the radio was too good to show anything")

        // And it does come, at the limit.
        let arrivals = source.health?.arrivals(1) ?? []
        let known = Instant(nanoseconds: last)
        let deadline = try #require(watch.nextDeadline(arrivals, since: opened, after: known))
        #expect(deadline == Instant(nanoseconds: last + 2 * Self.second))
        #expect(watch.silences(arrivals, since: opened, known: deadline).isEmpty)
        let silences = watch.silences(
            arrivals, since: opened, known: Instant(nanoseconds: deadline.nanoseconds + 1))
        #expect(silences == [SilenceWatch.Silence(stream: nil, since: Instant(nanoseconds: last))])
    }

    @Test func aStreamThatEndsWhileOthersGoOnIsNamed() {
        let watch = SilenceWatch(streams: [
            SilenceWatch.Stream(name: "heart", limit: 5 * Self.second, isDemanded: false),
            SilenceWatch.Stream(name: "ecg", limit: 2 * Self.second, isDemanded: true),
            SilenceWatch.Stream(name: "steps", limit: SilenceWatch.never, isDemanded: false),
        ])
        func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * Self.second) }
        let opened = at(10)
        #expect(watch.silences([at(20), at(20), nil], since: opened, known: at(21)).isEmpty)
        #expect(
            watch.silences([at(30), at(20), nil], since: opened, known: at(31))
                == [SilenceWatch.Silence(stream: "ecg", since: at(20))])
        // One that has to begin is missed from the opening on; one that may, is not.
        #expect(
            watch.silences([at(13), nil, nil], since: opened, known: at(14))
                == [SilenceWatch.Silence(stream: "ecg", since: opened)])
        #expect(watch.silences([nil, at(19), nil], since: opened, known: at(20)).isEmpty)
        // What came before it was opened anew does not count.
        #expect(watch.silences([at(9), at(9), nil], since: opened, known: at(11)).isEmpty)
        #expect(
            watch.silences([at(9), at(9), at(9)], since: opened, known: at(13))
                == [SilenceWatch.Silence(stream: nil, since: opened)])
        #expect(watch.nextDeadline([at(20), at(20), nil], since: opened, after: at(20)) == at(22))
    }

    @Test func whatMayRestIsNeverSilent() {
        let linked = LinkedStream(
            name: "sound", kind: "audio", rate: 48_000, clock: .counter, gapTolerance: 0,
            typicalDelay: 0, delayUncertainty: 0, channels: [])
        let watch = SilenceWatch([linked])
        #expect(
            watch.silences(
                [Instant(nanoseconds: 1)], since: Instant(nanoseconds: 0),
                known: Instant(nanoseconds: .max / 2)
            ).isEmpty)
        #expect(
            watch.nextDeadline(
                [Instant(nanoseconds: 1)], since: Instant(nanoseconds: 0),
                after: Instant(nanoseconds: 2)) == nil)
    }

    /// Packets of 73 at 130 Hz, by a radio like that above.
    @Test func aGoodLinkIsNoAlarmAllDayAndAPoorOneIs() {
        var generator = SeededGenerator(seed: 7)
        var watch = DeliveryWatch(rate: 130, tolerancePPM: 20_000)
        var samples: Int64 = 0
        var time: Int64 = 0
        var poor = 0
        let packet = Int64(73.0 / 130 * 1e9)
        for number in 1...154_000 {
            var arrival =
                Int64(number) * packet + Int64.random(in: 0...50_000_000, using: &generator)
            if number % 100 == 50 {
                arrival += Int64.random(in: 0...420_000_000, using: &generator)
            }
            time = max(arrival, time + 1)
            samples += 73
            watch.note(samples: samples, arrival: Instant(nanoseconds: time))
            if watch.isPoor { poor += 1 }
        }
        #expect(poor == 0)
        #expect((watch.share ?? 0) > 0.97)
        // One in five is lost from now on.
        let begin = time
        var told: Int64?
        for number in 154_001...154_100 {
            time = Int64(number) * packet
            if number % 5 == 0 { continue }
            samples += 73
            watch.note(samples: samples, arrival: Instant(nanoseconds: time))
            if watch.isPoor, told == nil { told = time - begin }
        }
        #expect((told ?? .max) < 12 * Self.second, "\(told ?? -1)")
        // And all arrives again.
        var ended: Int64?
        let again = time
        for number in 154_101...154_200 {
            time = Int64(number) * packet
            samples += 73
            watch.note(samples: samples, arrival: Instant(nanoseconds: time))
            if !watch.isPoor, ended == nil { ended = time - again }
        }
        #expect((ended ?? .max) < 12 * Self.second)
    }

    @Test func silenceIsNoPoorLink() {
        var watch = DeliveryWatch(rate: 10, tolerancePPM: 500)
        for number in 1...300 {
            // Half a minute of nothing in the middle.
            let time = Int64(number) * Self.second / 10 + (number > 150 ? 30 * Self.second : 0)
            watch.note(samples: Int64(number), arrival: Instant(nanoseconds: time))
            #expect(!watch.isPoor, "\(number)")
        }
    }

    @Test func aLevelAboutItsLimitIsOneAlarm() {
        var watch = LowWatch(limit: 15, end: 20)
        let verdicts = [16.0, 15, 16, 15, 19, 20, 15, 21, 20, 16, 15].map { watch.note($0) }
        #expect(
            verdicts == [
                false, true, true, true, true, true, true, false, false, false, true,
            ])
    }
}
