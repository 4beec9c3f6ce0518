extension RingChecksum {
    /// Copies a record's bytes into the ring, pads them with zeros to 8 and adds them, in one pass.
    ///
    /// Every word is summed from the register and never read back from the ring: such a load would
    /// fetch the line for reading from the other processor, and the store waiting for it would then
    /// have to fetch it once more for writing. That alone costs three times as much as all the rest.
    /// For the same reason words are stored in pairs: the fewer stores wait, the more lines are on
    /// their way at once.
    ///
    /// `source` has `count` bytes; `target` is aligned to 8 and has room for them and the padding.
    @inlinable
    @inline(__always)
    mutating func copy(
        from source: UnsafeRawPointer, count: Int, to target: UnsafeMutableRawPointer
    ) {
        var offset = 0
        while count &- offset >= 32 {
            let a = unsafe source.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let b = unsafe source.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self)
            let c = unsafe source.loadUnaligned(fromByteOffset: offset &+ 16, as: UInt64.self)
            let d = unsafe source.loadUnaligned(fromByteOffset: offset &+ 24, as: UInt64.self)
            add(a, b, c, d)
            unsafe Self.store(a, b, target + offset)
            unsafe Self.store(c, d, target + (offset &+ 16))
            offset &+= 32
        }
        if offset != count { unsafe copyRest(source, offset, count, target) }
    }

    /// The last 1 to 31 bytes, as one to four words of which the last may be padded.
    @inlinable
    @inline(__always)
    mutating func copyRest(
        _ source: UnsafeRawPointer, _ offset: Int, _ count: Int, _ target: UnsafeMutableRawPointer
    ) {
        let rest = unsafe target + offset
        let a = unsafe Self.word(source, offset, count)
        if count &- offset <= 8 {
            addLast(a)
            unsafe rest.storeBytes(of: a, as: UInt64.self)
            return
        }
        let b = unsafe Self.word(source, offset &+ 8, count)
        unsafe Self.store(a, b, rest)
        if count &- offset <= 16 {
            addPair(a, b)
            return
        }
        let c = unsafe Self.word(source, offset &+ 16, count)
        if count &- offset <= 24 {
            addPair(a, b)
            addLast(c)
            unsafe rest.storeBytes(of: c, toByteOffset: 16, as: UInt64.self)
            return
        }
        let d = unsafe Self.word(source, offset &+ 24, count)
        add(a, b, c, d)
        unsafe Self.store(c, d, rest + 16)
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

    @inlinable
    @inline(__always)
    static func store(_ a: UInt64, _ b: UInt64, _ target: UnsafeMutableRawPointer) {
        unsafe target.storeBytes(of: SIMD2(a, b), as: SIMD2<UInt64>.self)
    }
}
