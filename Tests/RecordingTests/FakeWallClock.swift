import Synchronization
import SystemCalls
import Timebase

/// A wall clock that can be set, at the boundary to the kernel: nobody sets the clock of the machine
/// on which tests run. Monotonic time is real.
final class FakeWallClock: WallClock {
    private let signal: EventSignal
    private let state = Mutex((ahead: Int64(0), slept: Int64(0), isChanged: false))
    /// Whether steps are told, or have to be found by comparing readings.
    private let tells: Bool

    init(tells: Bool) throws {
        signal = try EventSignal()
        self.tells = tells
    }

    /// Sets the clock so many nanoseconds on or back.
    func set(by nanoseconds: Int64) {
        state.withLock {
            $0.ahead += nanoseconds
            $0.isChanged = true
        }
        if tells { signal.raise() }
    }

    /// The machine slept; monotonic time stood still meanwhile.
    func sleep(_ nanoseconds: Int64) {
        state.withLock { $0.slept += nanoseconds }
        set(by: nanoseconds)
    }

    var number: Int32 { tells ? signal.number : -1 }

    func takeChange() -> Bool {
        guard tells else { return false }
        signal.clear()
        return state.withLock {
            let isChanged = $0.isChanged
            $0.isChanged = false
            return isChanged
        }
    }

    func triple() -> TimeTriple {
        let state = state.withLock { $0 }
        var triple = Clocks.triple()
        triple.realtime += state.ahead
        triple.boottime += state.slept
        return triple
    }
}
