import CSystemCalls

/// How much a thread claims beside others.
public enum ThreadPriority {
    /// The calling thread gives way to all others from now on: the processor (niceness 19) and, where the
    /// disk's scheduler knows classes, the disk. Where a service manager keeps these calls from a program,
    /// nothing changes.
    public static func least() { attune_least_priority() }
}
