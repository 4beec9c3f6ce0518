import CSystem
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
    @usableFromInline let data: UnsafeRawPointer
    @usableFromInline let published: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let mask: UInt64
    @usableFromInline let seed: UInt64
    @usableFromInline let holdsRole: Bool
    /// The published position when it was last looked at. The writer's word is fetched again only
    /// when everything up to here is read.
    @usableFromInline var limit: UInt64
    @usableFromInline var place: UInt64
    /// What was passed over so far.
    public internal(set) var damage = RingDamage()

    init(ring: Ring, from position: UInt64, holdsRole: Bool) {
        self.ring = ring
        unsafe data = unsafe UnsafeRawPointer(ring.mapping.data)
        unsafe published = unsafe ring.header.published
        mask = UInt64(ring.capacity) - 1
        seed = ring.identity.identifier
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
        if found &- place <= mask &+ 1 && found & 7 == 0 {
            limit = found
        } else {
            losePublishedPosition()
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
            prefetchFirst()
        }
        if let record = valid(at: place) {
            place = record.end
            prefetchNext()
            return record
        }
        return nextAfterDamage()
    }

    /// Fetches the first lines of what was just published, all at once instead of each when a record
    /// needs it.
    @inlinable
    @inline(__always)
    func prefetchFirst() {
        let end = min(limit, place &+ 1024)
        var ahead = place &+ 64
        while ahead < end {
            unsafe attune_prefetch_for_reading(data + Int(truncatingIfNeeded: ahead & mask))
            ahead &+= 64
        }
    }

    @inlinable
    @inline(__always)
    func prefetchNext() {
        let ahead = place &+ 1024
        if ahead &+ 64 < limit {
            let next = unsafe data + Int(truncatingIfNeeded: ahead & mask)
            unsafe attune_prefetch_for_reading(next)
            unsafe attune_prefetch_for_reading(next + 64)
        }
    }

    /// The record at a position between the reader's and the limit, if it is one.
    @inlinable
    @inline(__always)
    func valid(at position: UInt64) -> RingRecord? {
        let available = limit &- position
        guard available >= RingLayout.recordHeaderBytes else { return nil }
        // At least a header lies between here and the limit, which is at most a capacity away; the
        // mapping goes on for a whole capacity behind the data's end.
        let place = unsafe data + Int(truncatingIfNeeded: position & mask)
        let first = unsafe place.load(as: UInt64.self)
        let marked = unsafe place.load(fromByteOffset: 8, as: UInt64.self)
        let time = unsafe place.load(fromByteOffset: 16, as: UInt64.self)
        let length = first & 0xFFFF_FFFF
        let total = RingWriter.total(length)
        let origin = marked & 0xFFFF_FFFF_FFFF
        var sum = RingChecksum(
            seed: seed, position: position, length: length, origin: origin, stamp: time)
        guard total <= available, sum.headerCheck(length) == marked &>> 48 else { return nil }
        let body = unsafe place + Int(truncatingIfNeeded: RingLayout.recordHeaderBytes)
        unsafe sum.add(
            body, count: Int(truncatingIfNeeded: total &- RingLayout.recordHeaderBytes))
        guard UInt64(sum.value) == first &>> 32 else { return nil }
        return unsafe RingRecord(
            kind: UInt16(truncatingIfNeeded: origin &>> 32),
            source: UInt32(truncatingIfNeeded: origin),
            stamp: Instant(nanoseconds: Int64(bitPattern: time)),
            bytes: UnsafeRawBufferPointer(start: body, count: Int(truncatingIfNeeded: length)),
            position: position, end: position &+ total)
    }

    /// Passes over what is no record, word by word, up to the next one or the limit.
    @usableFromInline
    @inline(never)
    mutating func nextAfterDamage() -> RingRecord? {
        damage.stretches += 1
        if damage.firstPosition == nil { damage.firstPosition = place }
        while place != limit {
            place &+= 8
            damage.bytes += 8
            if let record = valid(at: place) {
                place = record.end
                return record
            }
        }
        return nil
    }

    @usableFromInline
    @inline(never)
    mutating func losePublishedPosition() { damage.isPublishedPositionLost = true }
}
