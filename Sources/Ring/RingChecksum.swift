/// The checksum of one record: 32 bits over ring, position, header and bytes.
///
/// The bytes are summed in two lanes of words, even and odd, each with a running sum and a rotating
/// sum of those sums, so that a word changed, moved or swapped shows; two multiplications to 128
/// bits at the end mix the lanes with the header. Additions hide behind the copying; a
/// multiplication for every 16 bytes, which was here first, made records wait for it. The sum tells
/// damage and stale bytes from records; it is no defence against an adversary. Ring and position go
/// in so that bytes of another ring, or of an earlier lap of this one, never pass.
@frozen
@usableFromInline
struct RingChecksum {
    /// Over ring, position and header.
    @usableFromInline let header: UInt64
    /// The running sums of both lanes.
    @usableFromInline var even: UInt64 = 0
    @usableFromInline var odd: UInt64 = 0
    /// The sums of those. They rotate because two changes of a word's highest bit would else cancel
    /// one another out in both sums.
    @usableFromInline var evens: UInt64 = 0
    @usableFromInline var odds: UInt64 = 0

    @inlinable
    @inline(__always)
    init(seed: UInt64, position: UInt64, length: UInt64, origin: UInt64, stamp: UInt64) {
        header =
            (origin ^ seed) &* 0xA076_1D64_78BD_642F &+ length &* 0x8EBC_6AF0_9C88_C6E3
            &+ position &* 0x9E37_79B9_7F4A_7C15 &+ stamp &* 0xE703_7ED1_A0B4_28DB
    }

    /// 16 bits over the header alone. A reader that looks for the next record after damage would
    /// else sum up as many bytes as each stray word claims as its length.
    @inlinable
    @inline(__always)
    var headerCheck: UInt64 { header &>> 48 }

    /// The two halves of the product to 128 bits, exclusive-or: wyhash's step (Wang Yi, public domain).
    @inlinable
    @inline(__always)
    static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    /// Adds a pair of words, one to each lane.
    @inlinable
    @inline(__always)
    mutating func add(_ first: UInt64, _ second: UInt64) {
        even &+= first
        odd &+= second
        evens = (evens &<< 1 | evens &>> 63) &+ even
        odds = (odds &<< 1 | odds &>> 63) &+ odd
    }

    /// Adds what stands in the ring: `count` bytes, a multiple of 16, aligned to 16.
    /// The caller has checked that they lie within the mapping.
    @inlinable
    @inline(__always)
    mutating func add(_ bytes: UnsafeRawPointer, count: Int) {
        var offset = 0
        while offset < count {
            unsafe add(
                bytes.load(fromByteOffset: offset, as: UInt64.self),
                bytes.load(fromByteOffset: offset &+ 8, as: UInt64.self))
            offset &+= 16
        }
    }

    /// What stands in the record's header.
    @inlinable
    @inline(__always)
    var value: UInt32 {
        let first = Self.fold(even ^ header, evens ^ 0x1D8E_4E27_C47D_124F)
        let second = Self.fold(odd ^ 0x5899_65CC_7537_4CC3, odds ^ header)
        let folded = first &+ second
        return UInt32(truncatingIfNeeded: folded ^ (folded &>> 32))
    }
}
