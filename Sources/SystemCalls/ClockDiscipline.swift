import CSystemCalls
import Timebase

/// What the kernel says of the wall clock: whether a time service keeps it right.
public struct ClockDiscipline: Hashable, Sendable {
    /// nil where it is not told: a service manager may keep the call from a program.
    public var isSynchronised: Bool?
    /// The kernel's bound of the error in nanoseconds; nil where it is not synchronised.
    public var errorBound: Int64?
    /// What the kernel still has to take out of the clock, in nanoseconds; nil where it is not told.
    public var offset: Int64?

    public init(isSynchronised: Bool?, errorBound: Int64? = nil, offset: Int64? = nil) {
        self.offset = offset
        self.isSynchronised = isSynchronised
        self.errorBound = errorBound
    }

    /// As it is now (adjtimex(2), which changes nothing here). Where that is not permitted, the mark
    /// that systemd-timesyncd leaves says at least when it is.
    public static func current() -> ClockDiscipline {
        var microseconds: Int64 = 0
        var offset: Int64 = 0
        switch unsafe attune_clock_discipline(&microseconds, &offset) {
        case 1:
            return ClockDiscipline(
                isSynchronised: true, errorBound: microseconds * 1000, offset: offset)
        case 0: return ClockDiscipline(isSynchronised: false)
        default:
            return ClockDiscipline(
                isSynchronised: FileSystem.exists("/run/systemd/timesync/synchronized")
                    ? true : nil)
        }
    }
}
