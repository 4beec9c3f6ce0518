import CSystemCalls

/// What a process does to keep what it knows to itself.
public enum ProcessProtection {
    /// Keeps in memory what this process touches from here on, also of what it maps later. Only where that
    /// has no limit: within one, an allocation could be refused.
    /// - Returns: whether it is so now.
    public static func lockMemory() throws(SystemError) -> Bool {
        try systemCall("mlockall") { attune_lock_memory() } == 1
    }

    /// Forbids core dumps of this process.
    public static func forbidCoreDumps() throws(SystemError) {
        try systemCall("prctl PR_SET_DUMPABLE") { attune_forbid_core_dumps() }
    }
}
