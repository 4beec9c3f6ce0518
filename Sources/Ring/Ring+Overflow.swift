import Synchronization
import Timebase

// The rare side of writing: no room, or something to tell about earlier losses. Not inlined, so
// that it does not weigh on the other. Called by the writer's thread only.
extension Ring {
    /// Where a new writer begins, and what earlier ones have left to tell.
    func takeUpWriting() -> RingWriterState {
        var state = RingWriterState(
            head: published, limit: released &+ UInt64(capacity), pendingSources: 0)
        for slot in overflowTable.slots {
            let counts = overflowTable.counts(at: slot)
            guard counts.isPending(published: state.head) else { continue }
            state.pendingSources += 1
            // An overflow record that an earlier writer staged and did not publish is gone; other
            // records will come to stand where it would have ended.
            if counts.toldAt != 0 { overflowTable.change(slot) { $0.toldAt = 0 } }
        }
        return state
    }

    /// Looks again how far the reader has released, and stages the overflow record that has to go
    /// before a record of this source.
    /// - Returns: whether `total` bytes more fit.
    @usableFromInline
    @inline(never)
    func makeRoom(_ total: UInt64, source: UInt32, _ state: inout RingWriterState) -> Bool {
        guard state.pendingSources != 0, let slot = pendingSlot(source, state) else {
            return hasRoom(total, &state)
        }
        guard hasRoom(total &+ RingWriter.total(32), &state) else { return false }
        stageOverflow(slot, &state)
        return true
    }

    /// Looks again how far the reader has released, where that is needed.
    @usableFromInline
    @inline(never)
    func hasRoom(_ total: UInt64, _ state: inout RingWriterState) -> Bool {
        let size = UInt64(capacity)
        if state.head &+ total > state.limit {
            let released = released
            // A position that cannot be is not followed: then there is no more room.
            if released <= state.head && state.head &- released <= size && released & 15 == 0 {
                state.limit = released &+ size
            }
        }
        return state.head &+ total <= state.limit
    }

    /// Counts a lost record. Everything staged is published by now.
    @usableFromInline
    @inline(never)
    func countOverflow(
        source: UInt32, bytes: Int, stamp: Instant, _ state: inout RingWriterState
    ) {
        let slot = overflowTable.findOrInsert(source)
        let count = UInt64(max(0, bytes))
        let time = UInt64(bitPattern: stamp.nanoseconds)
        let head = state.head
        var isNew = false
        overflowTable.change(slot) { counts in
            counts.total.add(bytes: count, stamp: time)
            if !counts.isPending(published: head) {
                counts.pending = OverflowTable.Span()
                counts.toldAt = 0
                isNew = true
            }
            counts.pending.add(bytes: count, stamp: time)
        }
        if isNew { state.pendingSources += 1 }
    }

    /// Stages the overflow records of all sources that have something to tell, as far as they fit.
    func stageOverflows(_ state: inout RingWriterState) {
        guard state.pendingSources != 0 else { return }
        for slot in overflowTable.slots where state.pendingSources != 0 && isPending(slot, state) {
            guard hasRoom(RingWriter.total(32), &state) else { return }
            stageOverflow(slot, &state)
        }
    }

    /// The slot whose loss has to be told before a record of this source: its own, or, for sources
    /// without one, the common one.
    private func pendingSlot(_ source: UInt32, _ state: RingWriterState) -> Int? {
        let slot = overflowTable.find(source) ?? OverflowTable.commonSlot
        return isPending(slot, state) ? slot : nil
    }

    /// Told by a staged record counts as told here.
    private func isPending(_ slot: Int, _ state: RingWriterState) -> Bool {
        overflowTable.counts(at: slot).isPending(published: state.head)
    }

    private func stageOverflow(_ slot: Int, _ state: inout RingWriterState) {
        guard let source = overflowTable.source(at: slot) else { return }
        let span = overflowTable.counts(at: slot).pending
        let head = state.head
        let end = head &+ RingWriter.total(32)
        // First where it will be told, then the record, then (later) its publication: whenever the
        // process dies, the published position says whether it was told.
        overflowTable.change(slot) { $0.toldAt = end }
        state.pendingSources -= 1
        // The caller made sure of the room.
        let place = unsafe mapping.data + Int(truncatingIfNeeded: head & (UInt64(capacity) &- 1))
        let body = unsafe place + RingLayout.recordHeaderBytes
        unsafe body.storeBytes(of: span.records, as: UInt64.self)
        unsafe body.storeBytes(of: span.bytes, toByteOffset: 8, as: UInt64.self)
        unsafe body.storeBytes(of: span.first, toByteOffset: 16, as: UInt64.self)
        unsafe body.storeBytes(of: span.last, toByteOffset: 24, as: UInt64.self)
        unsafe RingWriter.seal(
            place, identity.identifier, head, length: 32, total: Int(end &- head),
            origin: UInt64(source) | UInt64(RingRecord.overflowKind) << 32,
            stamp: span.last)
        state.head = end
    }
}
