import Glibc
import Timebase

/// Readings of the machine's clocks.
public enum Clocks {
    /// Now, on CLOCK_MONOTONIC.
    public static func now() -> Instant { Instant(nanoseconds: read(CLOCK_MONOTONIC)) }

    /// Now, on CLOCK_REALTIME: nanoseconds since 1970-01-01 UTC.
    public static func realtime() -> Int64 { read(CLOCK_REALTIME) }

    /// Now, on CLOCK_BOOTTIME: as CLOCK_MONOTONIC, and it goes on while the machine sleeps.
    public static func boottime() -> Int64 { read(CLOCK_BOOTTIME) }

    /// All three clocks, bracketed between two readings of the monotonic one. Of five tries the
    /// narrowest is taken, so that being interrupted between two readings does not count.
    public static func triple() -> TimeTriple {
        var best: TimeTriple?
        for _ in 0..<5 {
            let before = read(CLOCK_MONOTONIC)
            let realtime = read(CLOCK_REALTIME)
            let boottime = read(CLOCK_BOOTTIME)
            let after = read(CLOCK_MONOTONIC)
            let half = (after - before + 1) / 2
            if let best, best.uncertainty <= half { continue }
            best = TimeTriple(
                monotonic: Instant(nanoseconds: before + half), boottime: boottime,
                realtime: realtime, uncertainty: half)
        }
        return best
            ?? TimeTriple(monotonic: now(), boottime: 0, realtime: realtime(), uncertainty: 0)
    }

    /// The kernel's id of this boot, as text; monotonic times compare only within one.
    public static func bootIdentifier() -> String {
        guard let text = try? FileSystem.readText("/proc/sys/kernel/random/boot_id") else {
            return "unknown"
        }
        return text.filter { !$0.isWhitespace }
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        // Cannot fail for the three clocks used here; they exist on every Linux.
        _ = unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
