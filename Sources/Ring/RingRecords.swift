import Timebase

/// The data area as a reader sees it: what at a position is a record, and what is not.
///
/// `@safe`, `@unchecked Sendable`: the pointer is valid as long as the ring lives, whose reader holds
/// both; the bytes before the published position do not change until they are released.
@safe
@frozen
@usableFromInline
struct RingRecords: @unchecked Sendable {
    @usableFromInline let data: UnsafeRawPointer
    @usableFromInline let mask: UInt64
    @usableFromInline let seed: UInt64

    init(_ ring: Ring) {
        unsafe data = unsafe UnsafeRawPointer(ring.mapping.data)
        mask = UInt64(ring.capacity) - 1
        seed = ring.identity.identifier
    }

    /// The record at a position, if it is one. `limit` is at or behind the position, by at most the
    /// capacity.
    @inlinable
    @inline(__always)
    func valid(at position: UInt64, limit: UInt64) -> RingRecord? {
        let available = limit &- position
        guard available >= UInt64(RingLayout.recordHeaderBytes) else { return nil }
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
        let spare = unsafe place.load(fromByteOffset: 24, as: UInt64.self)
        guard total <= available, sum.headerCheck == marked &>> 48, spare == 0 else { return nil }
        unsafe sum.add(
            place + RingLayout.recordHeaderBytes,
            count: Int(truncatingIfNeeded: total) &- RingLayout.recordHeaderBytes)
        guard UInt64(sum.value) == first &>> 32 else { return nil }
        let body = unsafe place + RingLayout.recordHeaderBytes
        return unsafe RingRecord(
            kind: UInt16(truncatingIfNeeded: origin &>> 32),
            source: UInt32(truncatingIfNeeded: origin),
            stamp: Instant(nanoseconds: Int64(bitPattern: time)),
            bytes: UnsafeRawBufferPointer(start: body, count: Int(truncatingIfNeeded: length)),
            position: position, end: position &+ total)
    }

    /// Passes over what is no record, word by word, up to behind the next one or to the limit.
    @usableFromInline
    @inline(never)
    func passOver(
        from position: UInt64, limit: UInt64, _ log: RingDamageLog
    ) -> (record: RingRecord?, place: UInt64) {
        var place = position
        log.damage.stretches += 1
        if log.damage.firstPosition == nil { log.damage.firstPosition = place }
        while place != limit {
            place &+= 16
            log.damage.bytes += 16
            if let record = valid(at: place, limit: limit) { return (record, record.end) }
        }
        return (nil, place)
    }
}
