/// The checksum of one record: 32 bits over ring, position, header and bytes.
///
/// Each step multiplies two words to 128 bits and folds the halves together (as wyhash does, Wang
/// Yi, public domain): 16 bytes for one multiplication, in two lanes that do not wait for one
/// another. It tells damage and stale bytes from records; it is no defence against an adversary.
/// Ring and position go in so that bytes of another ring, or of an earlier lap of this one, never
/// pass.
@frozen
@usableFromInline
struct RingChecksum {
    @usableFromInline var first: UInt64
    @usableFromInline var second: UInt64

    @inlinable
    @inline(__always)
    init(seed: UInt64, position: UInt64, length: UInt64, origin: UInt64, stamp: UInt64) {
        let place = seed ^ (position &* 0x9E37_79B9_7F4A_7C15)
        first = Self.fold(origin ^ place, stamp ^ 0xA076_1D64_78BD_642F)
        second = place &+ length
    }

    /// 16 bits over the header alone, right after `init`. A reader that looks for the next record
    /// after damage would else sum up as many bytes as each stray word claims as its length.
    @inlinable
    @inline(__always)
    func headerCheck(_ length: UInt64) -> UInt64 {
        (first ^ (first &>> 32) ^ length ^ (length &>> 16)) & 0xFFFF
    }

    /// The two halves of the product, exclusive-or.
    @inlinable
    @inline(__always)
    static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    @inlinable
    @inline(__always)
    mutating func add(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) {
        first = Self.fold(a ^ 0xE703_7ED1_A0B4_28DB, b ^ first)
        second = Self.fold(c ^ 0x8EBC_6AF0_9C88_C6E3, d ^ second)
    }

    /// Adds what stands in the ring: `count` bytes, a multiple of 8, aligned to 8.
    /// The caller has checked that they lie within the mapping.
    @inlinable
    @inline(__always)
    mutating func add(_ bytes: UnsafeRawPointer, count: Int) {
        var offset = 0
        while count &- offset >= 32 {
            unsafe add(
                bytes.load(fromByteOffset: offset, as: UInt64.self),
                bytes.load(fromByteOffset: offset &+ 8, as: UInt64.self),
                bytes.load(fromByteOffset: offset &+ 16, as: UInt64.self),
                bytes.load(fromByteOffset: offset &+ 24, as: UInt64.self))
            offset &+= 32
        }
        if count &- offset >= 16 {
            unsafe addPair(
                bytes.load(fromByteOffset: offset, as: UInt64.self),
                bytes.load(fromByteOffset: offset &+ 8, as: UInt64.self))
            offset &+= 16
        }
        if count &- offset >= 8 {
            unsafe addLast(bytes.load(fromByteOffset: offset, as: UInt64.self))
        }
    }

    @inlinable
    @inline(__always)
    mutating func addPair(_ a: UInt64, _ b: UInt64) {
        first = Self.fold(a ^ 0xE703_7ED1_A0B4_28DB, b ^ first)
    }

    @inlinable
    @inline(__always)
    mutating func addLast(_ a: UInt64) {
        second = Self.fold(a ^ 0x8EBC_6AF0_9C88_C6E3, second ^ 0x5899_65CC_7537_4CC3)
    }

    @inlinable
    @inline(__always)
    var value: UInt32 {
        let folded = Self.fold(first ^ 0x1D8E_4E27_C47D_124F, second)
        return UInt32(truncatingIfNeeded: folded ^ (folded >> 32))
    }
}
