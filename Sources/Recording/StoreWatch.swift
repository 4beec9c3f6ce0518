import Synchronization
import SystemCalls
import Timebase

/// Since when the store's thread waits for the disk, for those who watch it: a disk that hangs says nothing.
final class StoreWatch: Sendable {
    /// Nanoseconds of CLOCK_MONOTONIC; 0 while the disk is not being waited for.
    private let began = Atomic<Int64>(0)

    /// The store's thread alone.
    func begin() { began.store(Clocks.now().nanoseconds, ordering: .relaxed) }

    /// The store's thread alone.
    func end() { began.store(0, ordering: .relaxed) }

    /// How long the disk has been at one commit, in nanoseconds; 0 while it is at none. Any thread.
    func waiting(at now: Instant) -> Int64 {
        let since = began.load(ordering: .relaxed)
        return since == 0 ? 0 : max(0, now.nanoseconds - since)
    }
}
