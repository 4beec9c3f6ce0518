import SystemCalls
import Testing
import Timebase

@Suite("The kernel's time of a packet on the station's clock")
struct PacketClockTests {
    /// Clocks that were read at a monotonic time, with the wall clock so far ahead.
    private func clocks(_ monotonic: Int64, ahead: Int64 = 5_000_000_000_000) -> TimeTriple {
        TimeTriple(
            monotonic: Instant(nanoseconds: monotonic), boottime: monotonic,
            realtime: monotonic + ahead, uncertainty: 100)
    }

    @Test("A stamp of the past is believed, up to a second")
    func believed() {
        var clock = PacketClock()
        let now = clocks(10_000_000_000)
        let stamp = now.realtime - 50_000_000
        #expect(clock.arrival(realtime: stamp, now: now).nanoseconds == 9_950_000_000)
        #expect(clock.arrival(realtime: now.realtime, now: now) == now.monotonic)
        // As far in the future as the reading is uncertain.
        #expect(clock.arrival(realtime: now.realtime + 500, now: now) == now.monotonic)
    }

    @Test(
        "No stamp, one of the future, one that is too old: the time of reading stands",
        arguments: [0, 5_010_000_010_000, 5_008_900_000_000, Int64.min, Int64.max])
    func rejected(stamp: Int64) {
        var clock = PacketClock()
        let now = clocks(10_000_000_000)
        #expect(clock.arrival(realtime: stamp, now: now) == now.monotonic)
    }

    @Test("A wall clock that was set between two packets: the second one's stamp is not believed")
    func stepped() {
        for step in [-200_000_000, -5_000_000, 5_000_000, 200_000_000] as [Int64] {
            var clock = PacketClock()
            let first = clocks(10_000_000_000)
            _ = clock.arrival(realtime: first.realtime - 1000, now: first)
            let second = clocks(10_100_000_000, ahead: 5_000_000_000_000 + step)
            #expect(
                clock.arrival(realtime: second.realtime - 10_000_000, now: second)
                    == second.monotonic)
            // From then on the new setting holds.
            let third = clocks(10_200_000_000, ahead: 5_000_000_000_000 + step)
            #expect(
                clock.arrival(realtime: third.realtime - 10_000_000, now: third).nanoseconds
                    == 10_190_000_000)
        }
    }
}
