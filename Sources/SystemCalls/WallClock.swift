import CSystemCalls
import Timebase

/// The machine's clocks beside one another, and word of when the wall clock is set. The boundary to
/// the kernel: tests put a made-up one in its place.
public protocol WallClock: Sendable {
    /// Readable when the wall clock was set; -1 where the kernel does not tell.
    var number: Int32 { get }
    /// Whether the wall clock was set since the last call.
    func takeChange() -> Bool
    /// All three clocks at one moment.
    func triple() -> TimeTriple
}

/// The kernel's clocks. The wall clock is watched with a timer that each step cancels (timerfd_create(2),
/// TFD_TIMER_CANCEL_ON_SET), so that a step is told when it happens and not when somebody compares.
public final class KernelWallClock: WallClock {
    public let number: Int32
    /// Closes it.
    private let descriptor: FileDescriptor?

    /// Where there is no such timer, `takeChange()` is always false, and steps show only in the
    /// readings.
    public init() {
        let number = try? systemCall("timerfd_create") { attune_watch_wall_clock() }
        self.number = number ?? -1
        descriptor = number.map { FileDescriptor(owning: $0) }
    }

    public func takeChange() -> Bool {
        number >= 0 && attune_wall_clock_was_set(number) == 1
    }

    public func triple() -> TimeTriple { Clocks.triple() }
}
