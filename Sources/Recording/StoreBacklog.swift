/// Whether the store has everything that it was handed.
enum StoreBacklog: Sendable {
    case nothing
    /// Batches wait for the disk: the rings may be released by nobody but the store.
    case waiting
}
