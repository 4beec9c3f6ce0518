import SystemCalls
import Testing
import Timebase

@testable import Recording

@Suite("Threads that hang")
struct ThreadWatchTests {
    private let second: Int64 = 1_000_000_000
    private let limits = Watchdog.Limits(stalled: 3_000_000_000, atDisk: 60_000_000_000)

    /// Looks each second; what the beats say is that of the real clock, when they were made.
    private func watch(_ hearts: [Heartbeat], seconds: Int) -> [ThreadWatch.Verdict] {
        let begun = Clocks.now()
        var watch = ThreadWatch(hearts: hearts, limits: limits, at: begun)
        return (1...seconds).map { watch.look(at: begun + Int64($0) * second) }
    }

    @Test("One that does not beat is told once, by its name")
    func stalled() {
        let verdicts = watch([Heartbeat(name: "reader")], seconds: 6)
        #expect(verdicts.map(\.isAlive) == [true, true, true, false, false, false])
        #expect(verdicts.map(\.stalled) == [[], [], [], ["reader"], [], []])
    }

    @Test("One that goes on again is told")
    func recovered() {
        let heart = Heartbeat(name: "reader")
        let begun = Clocks.now() + -10 * second
        var watch = ThreadWatch(hearts: [heart], limits: limits, at: begun)
        // Its last beat is now, which lies ahead: alive. Then the clock passes it.
        #expect(watch.look(at: Clocks.now()).isAlive)
        var at = Clocks.now()
        for _ in 0..<5 {
            at = at + second
            _ = watch.look(at: at)
        }
        heart.beat()
        #expect(watch.look(at: Clocks.now()).recovered == ["reader"])
    }

    @Test("Who waits for a disk may take long, and not for ever")
    func disk() {
        let heart = Heartbeat(name: "store")
        heart.waitsForDisk(true)
        let verdicts = watch([heart], seconds: 62)
        #expect(verdicts.firstIndex { !$0.isAlive } == 60)
        heart.waitsForDisk(false)
        #expect(watch([heart], seconds: 5).contains { !$0.isAlive })
    }

    @Test("Where the whole process stood still, nobody is blamed")
    func stoppedProcess() {
        let heart = Heartbeat(name: "reader")
        let begun = Clocks.now()
        var watch = ThreadWatch(hearts: [heart], limits: limits, at: begun)
        #expect(watch.look(at: begun + second).isAlive)
        #expect(watch.look(at: begun + 600 * second).isAlive)
        #expect(watch.look(at: begun + 602 * second).isAlive)
        heart.beat()
    }
}
