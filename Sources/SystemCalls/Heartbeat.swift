import CSystemCalls
import Glibc
import Synchronization
import Timebase

/// A thread's sign of life: the thread beats, somebody else looks whether it still does.
///
/// The thread beats each time it comes round its loop, and waits no longer than `longestPause` in it. Any
/// thread may look.
public final class Heartbeat: Sendable {
    /// Milliseconds that a thread with nothing to do waits at most before it beats again.
    public static let longestPause: Int32 = 1000

    /// The thread's name.
    public let name: String
    private let thread = Atomic<Int32>(0)
    private let last = Atomic<Int64>(Clocks.now().nanoseconds)
    private let isAtDisk = Atomic<Bool>(false)

    public init(name: String) { self.name = name }

    /// The thread goes on. The thread itself alone.
    public func beat() {
        // Nobody takes anything else from these values, so that no order is needed.
        last.store(Clocks.now().nanoseconds, ordering: .relaxed)
        if thread.load(ordering: .relaxed) == 0 {
            thread.store(attune_thread_number(), ordering: .relaxed)
        }
    }

    /// From here on, or no longer, the thread waits for a disk, which may take long and is no fault of the
    /// thread's. The thread itself alone.
    public func waitsForDisk(_ waits: Bool) {
        beat()
        isAtDisk.store(waits, ordering: .relaxed)
    }

    /// When it beat last.
    public var lastBeat: Instant { Instant(nanoseconds: last.load(ordering: .relaxed)) }

    /// Whether it waits for a disk: it said so, or the kernel does ("D" in proc(5): what is waited for is
    /// a disk, also for a page of a file that is mapped).
    public var isWaitingForDisk: Bool {
        if isAtDisk.load(ordering: .relaxed) { return true }
        let number = thread.load(ordering: .relaxed)
        guard number != 0, let text = try? FileSystem.readText("/proc/self/task/\(number)/stat"),
            let name = text.lastIndex(of: ")")
        else { return false }
        return text[name...].dropFirst(2).first == "D"
    }
}
