import CSystemCalls

/// What this process keeps of the memory that it has given back.
public enum ProcessMemory {
    /// Large blocks go back to the kernel at once. For what goes through long recordings piece by piece; call
    /// before there are other threads.
    public static func giveBackAtOnce() { attune_give_back_memory() }
}
