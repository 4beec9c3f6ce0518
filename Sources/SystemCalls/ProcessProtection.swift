import CSystemCalls

/// What a process does to keep what it knows to itself.
public enum ProcessProtection {
    /// Forbids core dumps of this process.
    public static func forbidCoreDumps() throws(SystemError) {
        try systemCall("prctl PR_SET_DUMPABLE") { attune_forbid_core_dumps() }
    }
}
