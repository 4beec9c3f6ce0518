extension RingChecksum {
    /// Copies a record's bytes into the ring, pads them with zeros to whole pairs of words and
    /// adds them, in one pass.
    ///
    /// Every word is summed from the register and never read back from the ring: such a load would
    /// fetch the line for reading from the other processor, and the store waiting for it would then
    /// have to fetch it once more for writing. That alone costs three times as much as all the rest.
    /// For the same reason words are stored in pairs, and none across two lines: the fewer stores
    /// wait, the more lines are on their way at once.
    ///
    /// `source` has `count` bytes; `target` is aligned to 16 and has room for them and the padding.
    @inlinable
    @inline(__always)
    mutating func copy(
        from source: UnsafeRawPointer, count: Int, to target: UnsafeMutableRawPointer
    ) {
        var offset = 0
        while count &- offset >= 16 {
            unsafe put(
                SIMD2(
                    source.loadUnaligned(fromByteOffset: offset, as: UInt64.self),
                    source.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self)),
                target + offset)
            offset &+= 16
        }
        guard offset != count else { return }
        let first = unsafe Self.word(source, offset, count)
        let second = count &- offset > 8 ? unsafe Self.word(source, offset &+ 8, count) : 0
        unsafe put(SIMD2(first, second), target + offset)
    }

    @inlinable
    @inline(__always)
    mutating func put(_ pair: SIMD2<UInt64>, _ target: UnsafeMutableRawPointer) {
        add(pair.x, pair.y)
        unsafe target.storeBytes(of: pair, as: SIMD2<UInt64>.self)
    }

    /// The word at `place`, padded with zeros behind `count`.
    @inlinable
    @inline(__always)
    static func word(_ source: UnsafeRawPointer, _ place: Int, _ count: Int) -> UInt64 {
        if count &- place >= 8 {
            return unsafe source.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        }
        return unsafe tail(source, place, count)
    }

    /// The bytes from `place` to `count`, fewer than 8, as a word padded with zeros.
    @inlinable
    static func tail(_ source: UnsafeRawPointer, _ place: Int, _ count: Int) -> UInt64 {
        var word: UInt64 = 0
        var index = count
        while index > place {
            index &-= 1
            word = unsafe word &<< 8 | UInt64(source.load(fromByteOffset: index, as: UInt8.self))
        }
        return word
    }
}
