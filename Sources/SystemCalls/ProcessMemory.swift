import CSystemCalls

/// What this process keeps of the memory that it has given back.
public enum ProcessMemory {
    /// Large blocks go back to the kernel at once. For what goes through long recordings piece by piece; call
    /// before there are other threads.
    public static func giveBackAtOnce() { attune_give_back_memory() }

    /// Gives back what is free now: what a burst of work needed once is otherwise kept, in the heap of each thread
    /// that had one. Takes about a millisecond, in which a thread that allocates may have to wait.
    public static func giveBackFree() { attune_give_back_free_memory() }
}
