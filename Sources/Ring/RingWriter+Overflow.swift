import Synchronization
import Timebase

// The rare side of writing: no room, or something to tell about earlier losses. Not inlined, so
// that it does not weigh on the other.
extension RingWriter {
    /// Looks again how far the reader has released, and writes the overflow record that has to go
    /// before a record of this source.
    /// - Returns: whether `total` bytes more fit.
    @usableFromInline
    @inline(never)
    mutating func makeRoom(_ total: UInt64, source: UInt32) -> Bool {
        guard pendingSources != 0, let slot = pendingSlot(source) else { return hasRoom(total) }
        guard hasRoom(total &+ Self.total(32)) else { return false }
        stageOverflow(slot)
        return true
    }

    /// Counts a record that was lost before it came to the ring, for want of room in it. Publishes
    /// what was staged.
    /// - Parameters:
    ///   - bytes: of the record.
    ///   - stamp: when it came; first and last one of a loss are kept.
    @inline(never)
    public mutating func countOverflow(source: UInt32, bytes: Int, stamp: Instant) {
        // With everything published, an overflow record written before has surely been told.
        publish()
        let slot = ring.overflowTable.findOrInsert(source)
        let count = UInt64(max(0, bytes))
        let time = UInt64(bitPattern: stamp.nanoseconds)
        let head = head
        var isNew = false
        ring.overflowTable.change(slot) { counts in
            counts.total.add(bytes: count, stamp: time)
            if !counts.isPending(published: head) {
                counts.pending = OverflowTable.Span()
                counts.toldAt = 0
                isNew = true
            }
            counts.pending.add(bytes: count, stamp: time)
        }
        if isNew { pendingSources += 1 }
    }

    /// Writes and publishes the overflow records of sources that may never push again; call it from
    /// time to time (each second, and at the end).
    /// - Returns: whether nothing is left to tell.
    @discardableResult
    public mutating func flushOverflow() -> Bool {
        guard pendingSources != 0 else {
            publish()
            return true
        }
        for slot in ring.overflowTable.slots
        where pendingSources != 0 && isPending(slot) {
            guard hasRoom(Self.total(32)) else { break }
            stageOverflow(slot)
        }
        publish()
        return pendingSources == 0
    }

    /// The slot whose loss has to be told before a record of this source: its own, or, for sources
    /// without one, the common one.
    private func pendingSlot(_ source: UInt32) -> Int? {
        let slot = ring.overflowTable.find(source) ?? OverflowTable.commonSlot
        return isPending(slot) ? slot : nil
    }

    /// Told by a staged record counts as told here.
    private func isPending(_ slot: Int) -> Bool {
        ring.overflowTable.counts(at: slot).isPending(published: head)
    }

    private mutating func stageOverflow(_ slot: Int) {
        guard let source = ring.overflowTable.source(at: slot) else { return }
        let span = ring.overflowTable.counts(at: slot).pending
        let end = head &+ Self.total(32)
        // First where it will be told, then the record, then (later) its publication: whenever the
        // process dies, the published position says whether it was told.
        ring.overflowTable.change(slot) { $0.toldAt = end }
        pendingSources -= 1
        // The caller made sure of the room.
        let place = unsafe data + Int(truncatingIfNeeded: head & mask)
        let body = unsafe place + Int(truncatingIfNeeded: RingLayout.recordHeaderBytes)
        unsafe body.storeBytes(of: span.records, as: UInt64.self)
        unsafe body.storeBytes(of: span.bytes, toByteOffset: 8, as: UInt64.self)
        unsafe body.storeBytes(of: span.first, toByteOffset: 16, as: UInt64.self)
        unsafe body.storeBytes(of: span.last, toByteOffset: 24, as: UInt64.self)
        let origin = UInt64(source) | UInt64(RingRecord.overflowKind) << 32
        var sum = RingChecksum(
            seed: seed, position: head, length: 32, origin: origin, stamp: span.last)
        let check = sum.headerCheck(32)
        unsafe sum.add(body, count: 32)
        unsafe Self.writeHeader(place, 32, sum.value, origin | check &<< 48, span.last)
        head = end
    }

    @usableFromInline
    @inline(never)
    mutating func hasRoom(_ total: UInt64) -> Bool {
        if head &+ total > limit {
            let released = ring.released
            // A position that cannot be is not followed: then there is no more room.
            if released <= head && head &- released <= mask &+ 1 && released & 7 == 0 {
                limit = released &+ mask &+ 1
            }
        }
        return head &+ total <= limit
    }
}
