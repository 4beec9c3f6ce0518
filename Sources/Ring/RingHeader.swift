import Glibc
import Synchronization
import SystemCalls

/// The header's view of a mapping: what is written once, and the two positions.
///
/// `@unchecked Sendable`: a pointer into a mapping that the ring keeps alive. The fixed fields do
/// not change once the magic is written; the positions are atomics. `@safe`: all offsets are the layout's.
@safe
@usableFromInline
struct RingHeader: @unchecked Sendable {
    let base: UnsafeMutableRawPointer

    /// The position up to which records may be read.
    var published: UnsafeMutablePointer<Atomic<UInt64>> { unsafe word(RingLayout.publishedOffset) }
    /// The position up to which the ring may be written over.
    var released: UnsafeMutablePointer<Atomic<UInt64>> { unsafe word(RingLayout.releasedOffset) }

    /// Which source is just being read from, and 1; 0 where none is.
    var underWay: UnsafeMutablePointer<Atomic<UInt64>> { unsafe word(RingLayout.underWayOffset) }

    /// An aligned word of the mapping as an atomic. `Atomic<UInt64>` is a raw layout of exactly a
    /// UInt64 without any initialisation of its own, every bit pattern is a value, and nobody
    /// touches these words in any other way while the ring lives.
    func word(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        unsafe (base + offset).bindMemory(to: Atomic<UInt64>.self, capacity: 1)
    }

    /// Writes everything but the magic into a file full of zeros.
    func write(identity: RingIdentity, capacity: Int) throws(RingError) {
        try writeText(
            identity.bootIdentifier, RingLayout.bootOffset, RingLayout.bootBytes, "boot id")
        try writeText(identity.name, RingLayout.nameOffset, RingLayout.nameBytes, "name")
        unsafe base.storeBytes(
            of: RingLayout.version, toByteOffset: RingLayout.versionOffset, as: UInt32.self)
        unsafe base.storeBytes(
            of: UInt32(RingLayout.headerBytes), toByteOffset: RingLayout.headerBytesOffset,
            as: UInt32.self)
        unsafe base.storeBytes(
            of: UInt64(capacity), toByteOffset: RingLayout.capacityOffset, as: UInt64.self)
        unsafe base.storeBytes(
            of: identity.identifier, toByteOffset: RingLayout.identifierOffset, as: UInt64.self)
        unsafe base.storeBytes(
            of: checksum(), toByteOffset: RingLayout.headerChecksumOffset, as: UInt64.self)
    }

    /// Writes the magic: from now on the file is a ring.
    func seal() {
        unsafe word(RingLayout.magicOffset).pointee.store(RingLayout.magic, ordering: .releasing)
    }

    var identity: RingIdentity {
        unsafe RingIdentity(
            identifier: base.load(fromByteOffset: RingLayout.identifierOffset, as: UInt64.self),
            bootIdentifier: text(RingLayout.bootOffset, RingLayout.bootBytes),
            name: text(RingLayout.nameOffset, RingLayout.nameBytes))
    }

    /// Over the fixed fields behind the magic, except for this checksum itself.
    func checksum() -> UInt64 {
        var sum = RingChecksum(seed: RingLayout.magic, position: 0, length: 0, origin: 0, stamp: 0)
        unsafe sum.add(
            base.load(fromByteOffset: RingLayout.versionOffset, as: UInt64.self),
            base.load(fromByteOffset: RingLayout.capacityOffset, as: UInt64.self))
        unsafe sum.add(base.load(fromByteOffset: RingLayout.identifierOffset, as: UInt64.self), 0)
        unsafe sum.add(
            base + RingLayout.bootOffset, count: RingLayout.fixedBytes - RingLayout.bootOffset)
        return UInt64(sum.value)
    }

    var storedChecksum: UInt64 {
        unsafe base.load(fromByteOffset: RingLayout.headerChecksumOffset, as: UInt64.self)
    }

    private func writeText(
        _ text: String, _ offset: Int, _ room: Int, _ what: String
    ) throws(RingError) {
        let bytes = Array(text.utf8)
        guard bytes.count < room, !bytes.contains(0) else {
            throw RingError(
                .invalidArgument,
                "A ring's \(what) has at most \(room - 1) bytes and no zero byte: \(text)")
        }
        for (index, byte) in bytes.enumerated() {
            unsafe base.storeBytes(of: byte, toByteOffset: offset + index, as: UInt8.self)
        }
    }

    private func text(_ offset: Int, _ room: Int) -> String {
        let bytes = unsafe UnsafeRawBufferPointer(start: base + offset, count: room)
        return unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
