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
    @usableFromInline let underWay: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let mask: UInt64
    @usableFromInline let seed: UInt64
    @usableFromInline var state: RingWriterState
    /// Room for a record's bytes that `reserve` handed out last.
    @usableFromInline var reserved: Int

    init(ring: Ring) {
        self.ring = ring
        unsafe data = unsafe ring.mapping.data
        unsafe published = unsafe ring.header.published
        unsafe underWay = unsafe ring.header.underWay
        mask = UInt64(ring.capacity) - 1
        seed = ring.identity.identifier
        reserved = 0
        state = ring.takeUpWriting()
    }

    deinit { ring.giveBackWriter() }

    /// The position behind the last staged record.
    public var position: UInt64 { state.head }

    /// Whether a record of so many bytes would fit now, for producers that can wait. Counts nothing.
    @inlinable
    @inline(__always)
    public mutating func fits(_ bytes: Int) -> Bool {
        let total = Self.total(UInt64(max(0, bytes)))
        if state.head &+ total <= state.limit { return true }
        // The rare side gets a copy: a writer whose own address was given away would be kept in
        // memory, and its stores there wait in line with those into the ring.
        var copy = state
        let fits = ring.hasRoom(total, &copy)
        state = copy
        return fits
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
        if state.head &+ total > state.limit || state.pendingSources != 0 {
            guard makeRoom(total, source: source) else {
                countOverflow(source: source, bytes: bytes.count, stamp: stamp)
                return false
            }
        }
        let head = state.head
        // There is room for `total` bytes from `head` on, and the mapping goes on for a whole
        // capacity behind the data's end. `bytes` is the caller's for the time of the call.
        let place = unsafe data + Int(truncatingIfNeeded: head & mask)
        let origin = UInt64(source) | UInt64(kind) << 32
        let time = UInt64(bitPattern: stamp.nanoseconds)
        var sum = RingChecksum(
            seed: seed, position: head, length: length, origin: origin, stamp: time)
        if let start = bytes.baseAddress {
            unsafe sum.copy(
                from: start, count: bytes.count, to: place + RingLayout.recordHeaderBytes)
        }
        unsafe Self.writeHeader(place, length, sum, origin, time)
        state.head = head &+ total
        return true
    }

    /// Room for up to `maximum` bytes right in the ring, so that `read(2)` writes there. Follow it
    /// with `commit` and `publish`, or with `withdraw` where there was nothing to read.
    ///
    /// Until then the ring says that this source is under way: if the process is killed now, what
    /// it read may be lost, and `RingRecovery.sourceUnderWay` tells whoever comes after it.
    /// - Returns: nil where there is no room: read into a buffer of your own, so that the device's
    ///   does not fill up, and give what it was to `countOverflow`.
    @inlinable
    @inline(__always)
    public mutating func reserve(
        _ maximum: Int, source: UInt32
    ) -> UnsafeMutableRawBufferPointer? {
        guard maximum >= 0 else { return nil }
        unsafe underWay.pointee.store(UInt64(source) &+ 1, ordering: .relaxed)
        let total = Self.total(UInt64(maximum))
        if state.head &+ total > state.limit || state.pendingSources != 0 {
            guard makeRoom(total, source: source) else { return nil }
        }
        reserved = maximum
        // As in `stage`: the room is there.
        let place = unsafe data + Int(truncatingIfNeeded: state.head & mask)
        return unsafe UnsafeMutableRawBufferPointer(
            start: place + RingLayout.recordHeaderBytes, count: maximum)
    }

    /// Gives back what was reserved last: there was nothing to read.
    @inlinable
    @inline(__always)
    public mutating func withdraw() {
        reserved = 0
        unsafe underWay.pointee.store(0, ordering: .relaxed)
    }

    /// Stages the first `count` bytes of what was reserved last as a record. `count` is cut to what
    /// was reserved.
    @inlinable
    @inline(__always)
    public mutating func commit(kind: UInt16, source: UInt32, stamp: Instant, count: Int) {
        let length = max(0, min(count, reserved))
        reserved = 0
        let head = state.head
        // The room was checked by `reserve`, and `head` has not moved since.
        let place = unsafe data + Int(truncatingIfNeeded: head & mask)
        let total = Self.total(UInt64(length))
        unsafe Self.seal(
            place, seed, head, length: length, total: Int(truncatingIfNeeded: total),
            origin: UInt64(source) | UInt64(kind) << 32,
            stamp: UInt64(bitPattern: stamp.nanoseconds))
        state.head = head &+ total
    }

    /// Lets the reader see everything staged so far.
    @inlinable
    @inline(__always)
    public mutating func publish() {
        // Releasing: whoever sees the position sees the records before it.
        unsafe published.pointee.store(state.head, ordering: .releasing)
        // Behind the position: never nothing under way while something read is not yet published.
        unsafe underWay.pointee.store(0, ordering: .releasing)
    }

    /// Counts a record that was lost before it came to the ring, for want of room in it. Publishes
    /// what was staged.
    /// - Parameters:
    ///   - bytes: of the record.
    ///   - stamp: when it came; first and last one of a loss are kept.
    @inlinable
    public mutating func countOverflow(source: UInt32, bytes: Int, stamp: Instant) {
        // With everything published, an overflow record written before has surely been told.
        publish()
        var copy = state
        ring.countOverflow(source: source, bytes: bytes, stamp: stamp, &copy)
        state = copy
    }

    /// Writes and publishes the overflow records of sources that may never push again; call it from
    /// time to time (each second, and at the end).
    /// - Returns: whether nothing is left to tell.
    @discardableResult
    public mutating func flushOverflow() -> Bool {
        ring.stageOverflows(&state)
        publish()
        return state.pendingSources == 0
    }

    @inlinable
    @inline(__always)
    mutating func makeRoom(_ total: UInt64, source: UInt32) -> Bool {
        var copy = state
        let fits = ring.makeRoom(total, source: source, &copy)
        state = copy
        return fits
    }

    /// Bytes that a record of so many bytes takes: header, and padding to 16.
    @inlinable
    @inline(__always)
    static func total(_ length: UInt64) -> UInt64 {
        (length &+ UInt64(RingLayout.recordHeaderBytes &+ 15)) & ~15
    }

    /// Makes a record of bytes that stand in their place already: padding and header.
    /// `place` has room for all of it.
    @inlinable
    @inline(__always)
    static func seal(
        _ place: UnsafeMutableRawPointer, _ seed: UInt64, _ position: UInt64, length: Int,
        total: Int, origin: UInt64, stamp: UInt64
    ) {
        var padding = RingLayout.recordHeaderBytes &+ length
        while padding < total {
            unsafe place.storeBytes(of: 0, toByteOffset: padding, as: UInt8.self)
            padding &+= 1
        }
        var sum = RingChecksum(
            seed: seed, position: position, length: UInt64(length), origin: origin,
            stamp: stamp)
        unsafe sum.add(
            place + RingLayout.recordHeaderBytes, count: total &- RingLayout.recordHeaderBytes)
        unsafe writeHeader(place, UInt64(length), sum, origin, stamp)
    }

    /// The four words before a record's bytes. `place` has room for them.
    @inlinable
    @inline(__always)
    static func writeHeader(
        _ place: UnsafeMutableRawPointer, _ length: UInt64, _ sum: RingChecksum, _ origin: UInt64,
        _ stamp: UInt64
    ) {
        unsafe place.storeBytes(
            of: length | UInt64(sum.value) &<< 32, as: UInt64.self)
        unsafe place.storeBytes(
            of: origin | sum.headerCheck &<< 48, toByteOffset: 8, as: UInt64.self)
        unsafe place.storeBytes(of: SIMD2(stamp, 0), toByteOffset: 16, as: SIMD2<UInt64>.self)
    }
}
