import Synchronization
import Timebase

/// The consuming end of a ring, for one thread at a time. Wait-free.
///
/// Every record is checked before it is handed out: its length against what was published, then its
/// checksum. What does not match is passed over up to the next record that does, and counted in
/// `damage`.
///
/// `@unchecked Sendable`: it may move to another thread; being noncopyable it is used by one only.
/// `@safe`: the pointers stay within the mapping that `ring` keeps alive, at places checked before use.
@safe
@frozen
public struct RingReader: ~Copyable, @unchecked Sendable {
    /// Keeps the mapping alive; the hot path uses the pointers below, which point into it.
    @usableFromInline let ring: Ring
    @usableFromInline let published: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let records: RingRecords
    @usableFromInline let damaged: RingDamageLog
    @usableFromInline let holdsRole: Bool
    /// The published position when it was last looked at. The writer's word is fetched again only
    /// when everything up to here is read.
    @usableFromInline var limit: UInt64
    @usableFromInline var place: UInt64
    /// What was passed over so far.
    public var damage: RingDamage { damaged.damage }

    init(ring: Ring, from position: UInt64, holdsRole: Bool) {
        self.ring = ring
        unsafe published = unsafe ring.header.published
        records = RingRecords(ring)
        damaged = RingDamageLog()
        place = position
        limit = position
        self.holdsRole = holdsRole
    }

    deinit { if holdsRole { ring.giveBackReader() } }

    /// Where the next record begins; everything before it has been handed out or passed over.
    @inlinable public var position: UInt64 { place }

    /// Looks how far the writer has published.
    /// - Returns: the position up to which `next()` will go.
    @inlinable
    @inline(__always)
    @discardableResult
    public mutating func refresh() -> UInt64 {
        // Acquiring: the records before this position are seen whole.
        let found = unsafe published.pointee.load(ordering: .acquiring)
        if found &- place <= records.mask &+ 1 && found & 15 == 0 {
            limit = found
        } else {
            damaged.losePublishedPosition()
        }
        return limit
    }

    /// The next record, or nil where nothing more is published.
    @inlinable
    @inline(__always)
    public mutating func next() -> RingRecord? {
        if place == limit {
            refresh()
            if place == limit { return nil }
        }
        if let record = records.valid(at: place, limit: limit) {
            place = record.end
            return record
        }
        let found = records.passOver(from: place, limit: limit, damaged)
        place = found.place
        return found.record
    }
}
