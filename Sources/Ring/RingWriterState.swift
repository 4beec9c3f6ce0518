/// What changes as a writer writes; the rare side of writing works on a copy of it.
@frozen
@usableFromInline
struct RingWriterState {
    /// Where the next record will be staged.
    @usableFromInline var head: UInt64
    /// Up to where there was room when the released position was last looked at. The reader's
    /// word is fetched only when this room is used up, and so rarely.
    @usableFromInline var limit: UInt64
    /// How many sources have lost records of which no overflow record tells yet.
    @usableFromInline var pendingSources: Int

    init(head: UInt64, limit: UInt64, pendingSources: Int) {
        self.head = head
        self.limit = limit
        self.pendingSources = pendingSources
    }
}
