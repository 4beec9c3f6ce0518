import CSystem
import Synchronization
import Timebase

/// The producing end of a ring, for one thread at a time. Wait-free: no call blocks, allocates or
/// enters the kernel.
///
/// A record is *staged* when it stands in the ring and *published* when the reader may see it.
/// Staging several and publishing once is faster, and the reader finds them all together. What was
/// staged and not published is lost when the process dies or the writer goes.
///
/// `@unchecked Sendable`: it may move to another thread; being noncopyable it is used by one only.
/// `@safe`: the pointers stay within the mapping that `ring` keeps alive, at places checked before use.
@safe
@frozen
public struct RingWriter: ~Copyable, @unchecked Sendable {
    /// Keeps the mapping alive; the hot path uses the pointers below, which point into it.
    @usableFromInline let ring: Ring
    @usableFromInline let data: UnsafeMutableRawPointer
    @usableFromInline let published: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let mask: UInt64
    @usableFromInline let seed: UInt64
    /// Where the next record will be staged.
    @usableFromInline var head: UInt64
    /// Up to where there was room when the released position was last looked at. The reader's
    /// word is fetched only when this room is used up, and so rarely.
    @usableFromInline var limit: UInt64
    /// How many sources have lost records of which no overflow record tells yet.
    @usableFromInline var pendingSources: Int
    /// Room for a record's bytes that `reserve` handed out last.
    @usableFromInline var reserved: Int

    init(ring: Ring) {
        self.ring = ring
        unsafe data = unsafe ring.mapping.data
        unsafe published = unsafe ring.header.published
        mask = UInt64(ring.capacity) - 1
        seed = ring.identity.identifier
        head = ring.published
        limit = ring.released &+ UInt64(ring.capacity)
        reserved = 0
        pendingSources = 0
        for slot in ring.overflowTable.slots {
            let counts = ring.overflowTable.counts(at: slot)
            guard counts.isPending(published: head) else { continue }
            pendingSources += 1
            // An overflow record that an earlier writer staged and did not publish is gone; other
            // records will come to stand where it would have ended.
            if counts.toldAt != 0 { ring.overflowTable.change(slot) { $0.toldAt = 0 } }
        }
    }

    deinit { ring.giveBackWriter() }

    /// The position behind the last staged record.
    public var position: UInt64 { head }

    /// Whether a record of so many bytes would fit now, for producers that can wait. Counts nothing.
    @inlinable
    @inline(__always)
    public mutating func fits(_ bytes: Int) -> Bool {
        let total = Self.total(UInt64(max(0, bytes)))
        return head &+ total <= limit || hasRoom(total)
    }

    /// Copies a record into the ring and publishes it, along with all that was staged before.
    /// - Returns: false where it did not fit; it is counted then.
    @inlinable
    @inline(__always)
    public mutating func append(
        kind: UInt16, source: UInt32, stamp: Instant, bytes: UnsafeRawBufferPointer
    ) -> Bool {
        let fits = unsafe stage(kind: kind, source: source, stamp: stamp, bytes: bytes)
        if fits { publish() }
        return fits
    }

    /// Copies a record into the ring without publishing it yet: for batches.
    /// - Returns: false where it did not fit; it is counted then, and what was staged before it is
    ///   published, so that the reader can make room.
    @inlinable
    @inline(__always)
    public mutating func stage(
        kind: UInt16, source: UInt32, stamp: Instant, bytes: UnsafeRawBufferPointer
    ) -> Bool {
        let length = UInt64(truncatingIfNeeded: bytes.count)
        let total = Self.total(length)
        if head &+ total > limit || pendingSources != 0 {
            guard makeRoom(total, source: source) else {
                countOverflow(source: source, bytes: bytes.count, stamp: stamp)
                return false
            }
        }
        // There is room for `total` bytes from `head` on, and the mapping goes on for a whole
        // capacity behind the data's end. `bytes` is the caller's for the time of the call.
        let place = unsafe data + Int(truncatingIfNeeded: head & mask)
        let body = unsafe place + Int(truncatingIfNeeded: RingLayout.recordHeaderBytes)
        prefetch()
        let origin = UInt64(source) | UInt64(kind) << 32
        let time = UInt64(bitPattern: stamp.nanoseconds)
        var sum = RingChecksum(
            seed: seed, position: head, length: length, origin: origin, stamp: time)
        let check = sum.headerCheck(length)
        if let start = bytes.baseAddress {
            unsafe sum.copy(from: start, count: bytes.count, to: body)
        }
        unsafe Self.writeHeader(place, length, sum.value, origin | check &<< 48, time)
        head &+= total
        return true
    }

    /// Room for up to `maximum` bytes right in the ring, so that `read(2)` writes there. Follow it
    /// with `commit`, or with nothing where there was nothing to read.
    /// - Returns: nil where there is no room: read into a buffer of your own, so that the device's
    ///   does not fill up, and give what it was to `countOverflow`.
    @inlinable
    public mutating func reserve(
        _ maximum: Int, source: UInt32
    ) -> UnsafeMutableRawBufferPointer? {
        guard maximum >= 0 else { return nil }
        let total = Self.total(UInt64(maximum))
        if head &+ total > limit || pendingSources != 0 {
            guard makeRoom(total, source: source) else { return nil }
        }
        reserved = maximum
        // As in `stage`: the room is there.
        let place = unsafe data + Int(truncatingIfNeeded: head & mask)
        return unsafe UnsafeMutableRawBufferPointer(
            start: place + Int(truncatingIfNeeded: RingLayout.recordHeaderBytes), count: maximum)
    }

    /// Stages the first `count` bytes of what was reserved last as a record. `count` is cut to what
    /// was reserved.
    @inlinable
    public mutating func commit(kind: UInt16, source: UInt32, stamp: Instant, count: Int) {
        let length = max(0, min(count, reserved))
        reserved = 0
        // The room was checked by `reserve`, and `head` has not moved since.
        let place = unsafe data + Int(truncatingIfNeeded: head & mask)
        let body = unsafe place + Int(truncatingIfNeeded: RingLayout.recordHeaderBytes)
        var padding = length
        while padding & 7 != 0 {
            unsafe body.storeBytes(of: 0, toByteOffset: padding, as: UInt8.self)
            padding &+= 1
        }
        let origin = UInt64(source) | UInt64(kind) << 32
        let time = UInt64(bitPattern: stamp.nanoseconds)
        var sum = RingChecksum(
            seed: seed, position: head, length: UInt64(length), origin: origin, stamp: time)
        let check = sum.headerCheck(UInt64(length))
        unsafe sum.add(body, count: padding)
        unsafe Self.writeHeader(place, UInt64(length), sum.value, origin | check &<< 48, time)
        head &+= Self.total(UInt64(length))
    }

    /// Lets the reader see everything staged so far.
    @inlinable
    @inline(__always)
    public mutating func publish() {
        // Releasing: whoever sees the position sees the records before it.
        unsafe published.pointee.store(head, ordering: .releasing)
    }

    @inlinable
    @inline(__always)
    func prefetch() {
        let ahead = head &+ 512
        if ahead &+ 64 <= limit {
            let place = unsafe data + Int(truncatingIfNeeded: ahead & mask)
            unsafe attune_prefetch_for_writing(place)
            unsafe attune_prefetch_for_writing(place + 64)
        }
    }

    /// Bytes that a record of so many bytes takes: header, and padding to 8.
    @inlinable
    @inline(__always)
    static func total(_ length: UInt64) -> UInt64 {
        (length &+ (RingLayout.recordHeaderBytes &+ 7)) & ~7
    }

    /// The three words before a record's bytes. `place` has room for them.
    @inlinable
    @inline(__always)
    static func writeHeader(
        _ place: UnsafeMutableRawPointer, _ length: UInt64, _ checksum: UInt32, _ origin: UInt64,
        _ time: UInt64
    ) {
        unsafe place.storeBytes(of: length | UInt64(checksum) << 32, as: UInt64.self)
        unsafe place.storeBytes(of: origin, toByteOffset: 8, as: UInt64.self)
        unsafe place.storeBytes(of: time, toByteOffset: 16, as: UInt64.self)
    }
}
